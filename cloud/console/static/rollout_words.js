// Words of everything about pushed configurations; words.js has all others. tests/unit/test_cloud_rollout_words.py compares them with cloud/domain.

import { lang } from "./words.js";

export const STATES = {
  draft: ["idle", "…"], running: ["warn", "▶"], paused: ["warn", "‖"], done: ["good", "✓"], taken_back: ["bad", "↩"], aborted: ["idle", "■"], undone: ["idle", "↩"],
  pending: ["idle", "·"], sent: ["warn", "→"], waiting: ["idle", "◔"], trial: ["warn", "◐"], confirmed: ["good", "✓"], failed: ["bad", "✕"], back: ["idle", "↩"], cancelled: ["idle", "–"],
  soaking: ["warn", "◑"], passed: ["good", "✓"],
  none: ["idle", "·"], refused: ["bad", "✕"], rolled_back: ["bad", "↩"],
  well: ["good", "✓"], worse: ["bad", "!"], unsure: ["idle", "?"],
};

// Which act is for which state, as cloud/domain/rollout_acts.py has it, and who may.
export const FROM = {
  start: ["draft"], pause: ["running"], resume: ["paused"], retry: ["running", "paused", "done"], abort: ["running", "paused", "draft"],
  undo: ["running", "paused", "done", "aborted", "taken_back"],
};
export const MAY = ["ops", "admin"];
export const AGAIN = ["start", "resume", "undo"]; // ask for the password, so a person does them

const WORDS = {
  en: {
    comma: ", ", colon: ": ", title: "Rollouts", whole: "Rollouts of configuration", all: "All rollouts", none: "Nothing was pushed yet", noneHint: "./kiosk plan shows what would change, ./kiosk apply pushes it.", gone: "There is no such rollout", more: "Show more",
    col: { name: "Rollout", state: "State", stations: "Stations", who: "By", reason: "Reason", when: "Made" }, release: (name) => `release ${name}`, old: (why) => `Could not be asked again, and may have changed since: ${why}`,
    waves: "Waves", wave: (number, label) => `Wave ${number} (${label})`, ofWave: (number) => (number ? `wave ${number}` : ""), history: "History", stations: "Stations", every: "all", nobody: "No station stands so", since: (t) => `since ${t}`,
    changes: "What changes", many: (n) => `${n} ${n === 1 ? "station" : "stations"}`, first: "First pushed configuration: what was before came with the computer", moreLines: (n) => `and ${n} more lines`, looked: (n, of) => `of ${n} of ${of} stations`, absent: "absent", alike: "Nothing differs from what is confirmed there",
    state: { draft: "draft", running: "running", paused: "paused", done: "done", taken_back: "taken back", aborted: "stopped", undone: "taken back by a person", pending: "not yet", sent: "sent", waiting: "waiting", trial: "on trial", confirmed: "confirmed", failed: "failed", back: "gone back", cancelled: "left out", soaking: "being judged", passed: "passed" },
    verdict: { worse: "service got worse", well: "service as before", unsure: "too few visits to judge" },
    act: { start: "Start", pause: "Pause", resume: "Resume", retry: "Send again", abort: "Stop", undo: "Take back", cancel: "Leave out" },
    ask: { start: "Start this rollout?", pause: "Pause this rollout?", resume: "Go on with this rollout?", retry: "Send again to those that failed?", abort: "Stop, and leave everything as it is?", undo: "Take everything of this rollout back?", cancel: (name) => `Leave ${name} out?` },
    note: { start: "The first wave gets it now, each next one when the one before has passed.", pause: "What was sent goes on; no further wave begins.", resume: "It goes on; failures until now do not count any more.", retry: "The same documents again.", abort: "Nothing more is sent. Who has it keeps it.", undo: "Each of them gets back the configuration that it had before.", cancel: "No other station is touched." },
    would: { new: (n) => `${n} ${n === 1 ? "station gets" : "stations get"} the new configuration`, waiting: (n) => `(${n} of them when back online)`, undo: (n) => `${n} ${n === 1 ? "station goes" : "stations go"} back`, out: (n) => `${n} ${n === 1 ? "station is" : "stations are"} left out`, rest: (n) => `${n} ${n === 1 ? "stays" : "stay"} untouched` },
    why: "Why? It stays in the history.", whyNeeded: "Say why first, 3 characters at least", looking: "Looking at what would happen…", go: "Yes, do it", leave: "Cancel", acts: "What can be done",
    mayNot: (roles) => `Only ${roles} may do this.`, noLogin: "Log in to do something here.", person: "By a person who logged in by name and password, not by a program.", nothingFailed: "No station has failed.", refusal: { step_up_needed: "Not done: the password was not given", role_too_low: "This is not for your role", human_needed: "A person does this: log in by name and password" },
    config: { title: "Configuration", inForce: "In force", wanted: "Newest pushed", phase: "Where that stands", by: "Pushed by", provisioned: "as provisioned", version: (n) => `version ${n}`, past: "Pushed before", undo: "undo", reported: (t) => `reported ${t}`, noRoot: "This station has no root key: it takes no pushed configuration.",
      phases: { none: "nothing was pushed", waiting: "waits until nobody is inside", trial: "on trial", confirmed: "confirmed", refused: "refused", rolled_back: "went back by itself" } },
    flaw: { form: "it could not be read", too_large: "it is too large", not_canonical: "its form is not the agreed one", unknown_key: "its key is not known", signature: "its signature is wrong", too_few_signatures: "too few have signed it", key_expired: "its key has expired", expired: "it has expired", not_yet: "it is not valid yet", rollback: "it is older than what is there", leap: "its version is too far ahead", wrong_target: "it is for another station", scope: "its key may not sign this", too_long_life: "it would hold too long", level: "the software there is too old for it", no_root: "there is no root key", content: "its content breaks a rule", clock_unsure: "the time there is not trusted", no_challenge: "it answers no question of the station", too_many: "too many", not_now: "not possible now" },
    line: { title: "Configuration", failed: (n) => `${n} ${n === 1 ? "station" : "stations"} failed` },
  },
  zh: {
    comma: "、", colon: "：", title: "发布", whole: "配置发布", all: "全部发布", none: "尚未推送过配置", noneHint: "./kiosk plan 显示将要更改的内容，./kiosk apply 推送。", gone: "没有这个发布", more: "显示更多",
    col: { name: "发布", state: "状态", stations: "驿站", who: "操作人", reason: "原因", when: "创建" }, release: (name) => `版本 ${name}`, old: (why) => `未能重新查询，以下内容可能已有变化：${why}`,
    waves: "批次", wave: (number, label) => `第 ${number} 批（${label}）`, ofWave: (number) => (number ? `第 ${number} 批` : ""), history: "历史", stations: "驿站", every: "全部", nobody: "没有处于此状态的驿站", since: (t) => `自 ${t}`,
    changes: "更改内容", many: (n) => `${n} 个驿站`, first: "首次推送配置：之前为出厂配置", moreLines: (n) => `另有 ${n} 行`, looked: (n, of) => `${of} 个驿站中的 ${n} 个`, absent: "无", alike: "与驿站已确认的配置没有不同",
    state: { draft: "草稿", running: "进行中", paused: "已暂停", done: "完成", taken_back: "已自动撤回", aborted: "已停止", undone: "已由人撤回", pending: "未开始", sent: "已发送", waiting: "等待", trial: "试运行", confirmed: "已确认", failed: "失败", back: "已还原", cancelled: "已排除", soaking: "评判中", passed: "通过" },
    verdict: { worse: "服务变差", well: "服务如常", unsure: "来访太少，无法评判" },
    act: { start: "开始", pause: "暂停", resume: "继续", retry: "重新发送", abort: "停止", undo: "撤回", cancel: "排除" },
    ask: { start: "开始此发布？", pause: "暂停此发布？", resume: "继续此发布？", retry: "向失败的驿站重新发送？", abort: "停止，一切保持现状？", undo: "撤回此发布的全部更改？", cancel: (name) => `排除 ${name}？` },
    note: { start: "第一批立即收到，之后每批在前一批通过后开始。", pause: "已发送的继续生效，不再开始新的批次。", resume: "继续进行，此前的失败不再计入。", retry: "再次发送相同的文件。", abort: "不再发送，已收到的驿站保留新配置。", undo: "它们各自恢复之前的配置。", cancel: "不影响其他驿站。" },
    would: { new: (n) => `${n} 个驿站收到新配置`, waiting: (n) => `（其中 ${n} 个恢复联网后）`, undo: (n) => `${n} 个驿站还原`, out: (n) => `${n} 个驿站被排除`, rest: (n) => `${n} 个保持不变` },
    why: "原因（记入历史）", whyNeeded: "请先填写原因，至少 3 个字", looking: "正在查看会发生什么…", go: "确定执行", leave: "取消", acts: "可执行的操作",
    mayNot: (roles) => `仅${roles}可以操作。`, noLogin: "请先登录再操作。", person: "须由本人用用户名和密码登录后操作，程序不可。", nothingFailed: "没有失败的驿站。", refusal: { step_up_needed: "未执行：没有输入密码", role_too_low: "您的角色无权执行", human_needed: "须由本人操作：请用用户名和密码登录" },
    config: { title: "配置", inForce: "生效中", wanted: "最新推送", phase: "进展", by: "推送人", provisioned: "出厂配置", version: (n) => `第 ${n} 版`, past: "历次推送", undo: "还原", reported: (t) => `报告于 ${t}`, noRoot: "此驿站没有根密钥，不接受推送的配置。",
      phases: { none: "未推送过", waiting: "等待室内无人", trial: "试运行", confirmed: "已确认", refused: "被拒绝", rolled_back: "自行还原" } },
    flaw: { form: "无法读取", too_large: "文件过大", not_canonical: "格式不合规定", unknown_key: "密钥未知", signature: "签名错误", too_few_signatures: "签名数量不足", key_expired: "密钥已过期", expired: "文件已过期", not_yet: "文件尚未生效", rollback: "版本比现有的旧", leap: "版本号跳跃过大", wrong_target: "属于其他驿站", scope: "密钥无权签署", too_long_life: "有效期过长", level: "驿站软件过旧", no_root: "没有根密钥", content: "内容不合规则", clock_unsure: "驿站时间不可信", no_challenge: "不是对驿站提问的回答", too_many: "次数过多", not_now: "目前无法执行" },
    line: { title: "配置", failed: (n) => `${n} 个驿站失败` },
  },
};

// What the cloud says in English sentences. Each is replaced wherever it stands; what a person or a station wrote is left.
const SAID = {
  en: [
    [/^draft$/, "made"], [/^start$/, "started"], [/^pause$/, "paused"], [/^resume$/, "resumed"], [/^abort$/, "stopped"], [/^retry$/, "sent again"], [/^undo$/, "taken back"], [/^done$/, "finished"],
    [/^cancel (\S+)$/, "left out: $1"], [/^paused$/, "paused by itself"], [/^wave (\d+) has it$/, "everybody of wave $1 has it"],
  ],
  zh: [
    [/^draft$/, "创建"], [/^start$/, "开始"], [/^pause$/, "暂停"], [/^resume$/, "继续"], [/^abort$/, "停止"], [/^retry$/, "重新发送"], [/^undo$/, "撤回"], [/^done$/, "完成"],
    [/^cancel (\S+)$/, "排除 $1"], [/^paused$/, "自动暂停"], [/^sent$/, "已发送"], [/^station failed$/, "驿站失败"], [/^undo does not go through$/, "还原未成功"], [/^passed over$/, "未还原"], [/^release (.+)$/, "版本 $1"],
    [/^wave (\d+) has it$/, "第 $1 批全部收到"], [/^wave (\d+) begun$/, "第 $1 批开始"], [/^wave (\d+) passed$/, "第 $1 批通过"], [/^wave (\d+) taken back$/, "第 $1 批被撤回"], [/^(\S+) takes the lead$/, "$1 先行"],
    [/^(\d+) of (\d+) failed in wave (\d+) \((.+)\); the limit is (\d+)$/, "第 $3 批（$4）$2 个中有 $1 个失败，上限 $5"], [/^watched for (\d+) s$/, "观察 $1 秒"], [/^nobody else of wave (\d+) can try it: /, "第 $1 批没有其他驿站可以试："],
    [/^(\d+) stations get their undo; the others were not touched by it$/, "$1 个驿站还原，其余未受影响"], [/^gets its undo$/, "还原"], [/^gets nothing$/, "不发送"], [/^no station$/, "无驿站变化"],
    [/^they have a newer document since$/, "之后已有更新的配置"], [/^offline; it gets the document when it comes back$/, "离线，恢复联网后收到"], [/^sent again$/, "已重新发送"], [/^aborted before it was sent$/, "发送前已停止"],
    [/^the station waits until nobody is inside$/, "等待室内无人"], [/^the wave was taken back/, "该批已撤回"], [/^the rollout was undone/, "发布已撤回"], [/; its undo is in force$/, "，还原已生效"],
    [/^a newer document was published since: version (\d+)$/, "之后发布了更新的配置：第 $1 版"], [/^a newer document is confirmed there: version (\d+)$/, "驿站已确认更新的配置：第 $1 版"],
    [/^its trial did not end within (\d+) s$/, "试运行 $1 秒内未结束"], [/^online, and not a word about it for (\d+) s$/, "在线，但 $1 秒没有回应"], [/^refused: /, "被拒绝："], [/^went back by itself: /, "自行还原："], [/^its undo is (\S+): /, "还原被拒（$1）："],
    [/^not enough visits to judge: (\d+), at least (\d+) are needed/, "到访太少，无法评判：$1 次，至少需要 $2 次"], [/^no worse than before: /, "不比之前差："], [/^service was not judged$/, "未评判服务"],
    [/entries refused: /g, "进门被拒："], [/vends failed: /g, "取用失败："], [/doors shut: /g, "门不开放："], [/faults raised: /g, "故障："], [/restarts: /g, "重启："],
    [/the same stations in the days before: /g, "相同驿站前几日："], [/stations not touched: /g, "未更改的驿站："], [/usual: /g, "通常："], [/\bnone\b/g, "无"],
    [/(\d+) of (\d+) \((\d+) %\)/g, "$2 次中 $1 次（$3 %）"], [/(\d+) in ([\d.]+) station hours/g, "$2 站时内 $1 次"], [/; /g, "；"],
  ],
};

export function rw() { return WORDS[lang()]; }

export function said(text) {
  const counted = text.replace(/\b(\d+) (pending|sent|waiting|trial|confirmed|failed|back|cancelled)\b(?=,|$)/g, (_, many, state) => `${many} ${rw().state[state]}`);
  return SAID[lang()].reduce((words, [sentence, other]) => words.replace(sentence, other), counted);
}
