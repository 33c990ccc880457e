// Words of everything about pushed configurations; words.js has all others. tests/unit/test_cloud_rollout_words.py compares them with cloud/domain.

import { lang } from "./words.js";

export const STATES = {
  draft: ["idle", "…"], running: ["on", "▶"], paused: ["warn", "‖"], done: ["good", "✓"], taken_back: ["bad", "↩"], aborted: ["idle", "■"], undone: ["idle", "↩"],
  pending: ["none", "·"], sent: ["on", "→"], waiting: ["idle", "◔"], trial: ["on", "◐"], confirmed: ["good", "✓"], failed: ["bad", "✕"], back: ["idle", "↩"], cancelled: ["idle", "–"],
  soaking: ["on", "◑"], passed: ["good", "✓"],
  none: ["idle", "·"], refused: ["bad", "✕"], rolled_back: ["bad", "↩"],
  well: ["good", "✓"], worse: ["bad", "!"], unsure: ["idle", "?"], doubtful: ["warn", "?"],
};

// Which act is for which state, as cloud/domain/rollout_acts.py has it, and who may.
export const FROM = {
  start: ["draft"], pause: ["running"], resume: ["paused"], retry: ["running", "paused", "done"], abort: ["running", "paused", "draft"],
  undo: ["running", "paused", "done", "aborted", "taken_back"],
};
export const MAY = ["ops", "admin"];
export const AGAIN = ["start", "resume", "retry", "undo"]; // ask for the password, so a person does them

const WORDS = {
  en: {
    comma: ", ", colon: ": ", title: "Rollouts", whole: "Rollouts of configuration", all: "All rollouts", none: "Nothing was pushed yet", noneHint: "./kiosk plan shows what would change, ./kiosk apply pushes it.", gone: "There is no such rollout", more: "Show more",
    col: { name: "Rollout", state: "State", stations: "Stations", who: "By", reason: "Reason", when: "Made" }, release: (name) => `release ${name}`, old: (why) => `Could not be asked again, and may have changed since: ${why}`,
    waves: "Waves", wave: (number) => `Wave ${number}`, waveOf: (number, all) => `wave ${number} of ${all}`, first: (n) => (n === "1" ? "1 station" : `up to ${n} stations in all`), share: (percent) => (percent === "100 %" ? "all others" : `up to ${percent} of all`), byName: (n) => `${n} by name`, inDistrict: (name) => `district ${name}`, until: (t) => `watched until ${t} at least`, ofWave: (number) => (number ? `wave ${number}` : ""), history: "History", stations: "Stations", every: "all", nobody: "No station stands so", since: (t) => `since ${t}`,
    changes: "What changes", many: (n) => `${n} ${n === 1 ? "station" : "stations"}`, fresh: "First pushed configuration: what was before came with the computer", moreLines: (n) => `and ${n} more lines`, looked: (n, of) => `seen at ${n} of ${of} stations`, later: "Seen here when the first station has it; ./kiosk plan shows it before.", notShown: "What stands in a configuration is shown to operators and above.", absent: "absent", alike: "Nothing differs from what is confirmed there",
    state: { draft: "draft", running: "running", paused: "paused", done: "done", taken_back: "taken back", aborted: "stopped", undone: "taken back by a person", pending: "not yet", sent: "sent", waiting: "waiting", trial: "on trial", confirmed: "confirmed", failed: "failed", back: "gone back", cancelled: "left out", soaking: "being watched", passed: "passed" },
    verdict: { worse: "service got worse", well: "service as before", unsure: "too few visits to judge", doubtful: "looks worse, waiting for more visits" },
    act: { start: "Start", pause: "Pause", resume: "Resume", retry: "Send again", abort: "Stop", undo: "Take back", cancel: "Leave out" },
    ask: { start: "Start this rollout?", pause: "Pause this rollout?", resume: "Go on with this rollout?", retry: "Send again to those that failed?", abort: "Stop, and leave everything as it is?", undo: "Take everything of this rollout back?", cancel: (name) => `Leave ${name} out?` },
    note: { start: "The first wave gets it now, each next one when the one before has passed.", pause: "What was sent goes on; no further wave begins.", resume: "It goes on; failures until now do not count any more.", retry: "The same documents again.", abort: "Nothing more is sent. Who has it keeps it.", undo: "Each of them gets back the configuration that it had before.", cancel: "No other station is touched." },
    would: { new: (n) => `${n} ${n === 1 ? "station gets" : "stations get"} the new configuration`, waiting: (n) => `(${n} of them when back online)`, undo: (n) => `${n} ${n === 1 ? "station goes" : "stations go"} back`, out: (n) => `${n} ${n === 1 ? "station is" : "stations are"} left out`, rest: (n) => `${n} ${n === 1 ? "stays" : "stay"} untouched` },
    why: "Why? It stays in the history.", whyNeeded: "Say why first, 3 characters at least", looking: "Looking at what would happen…", go: "Yes, do it", again: "Look again", leave: "Cancel", acts: "What can be done",
    mayNot: (roles) => `Only ${roles} may do this.`, noLogin: "Log in to do something here.", person: "By a person who logged in by name and password, not by a program.", nothingFailed: "No station has failed.", nobodyHas: "No station has it any more.", refusal: { step_up_needed: "Not done: the password was not given", role_too_low: "This is not for your role", human_needed: "A person does this: log in by name and password" },
    config: { title: "Configuration", inForce: "In force", wanted: "Newest pushed", phase: "Where that stands", by: "Pushed by", provisioned: "as provisioned", version: (n) => `version ${n}`, past: "Pushed before", undo: "undo", reported: (t) => `reported ${t}`, noRoot: "This station has no root key: it takes no pushed configuration.",
      phases: { none: "nothing was pushed", waiting: "waits until nobody is inside", trial: "on trial", confirmed: "confirmed", refused: "refused", rolled_back: "went back by itself" } },
    line: { title: "Configuration", failed: (n) => `${n} ${n === 1 ? "station" : "stations"} failed` },
  },
  zh: {
    comma: "、", colon: "：", title: "发布", whole: "配置发布", all: "全部发布", none: "尚未推送过配置", noneHint: "./kiosk plan 显示将要更改的内容，./kiosk apply 推送。", gone: "没有这个发布", more: "显示更多",
    col: { name: "发布", state: "状态", stations: "驿站", who: "操作人", reason: "原因", when: "创建" }, release: (name) => `版本 ${name}`, old: (why) => `未能重新查询，以下内容可能已有变化：${why}`,
    waves: "批次", wave: (number) => `第 ${number} 批`, waveOf: (number, all) => `第 ${number} 批，共 ${all} 批`, first: (n) => `累计 ${n} 个驿站`, share: (percent) => (percent === "100 %" ? "其余全部" : `累计 ${percent}`), byName: (n) => `指定的 ${n} 个`, inDistrict: (name) => `${name}区`, until: (t) => `至少观察到 ${t}`, ofWave: (number) => (number ? `第 ${number} 批` : ""), history: "历史", stations: "驿站", every: "全部", nobody: "没有处于此状态的驿站", since: (t) => `自 ${t}`,
    changes: "更改内容", many: (n) => `${n} 个驿站`, fresh: "首次推送配置：之前为出厂配置", moreLines: (n) => `另有 ${n} 行`, looked: (n, of) => `${of} 个驿站中的 ${n} 个`, later: "第一个驿站收到后在此显示；之前用 ./kiosk plan 查看。", notShown: "配置内容仅值班员及以上可以查看。", absent: "无", alike: "与驿站已确认的配置没有不同",
    state: { draft: "草稿", running: "进行中", paused: "已暂停", done: "完成", taken_back: "已自动撤回", aborted: "已停止", undone: "已由人撤回", pending: "未开始", sent: "已发送", waiting: "等待", trial: "试运行", confirmed: "已确认", failed: "失败", back: "已还原", cancelled: "已排除", soaking: "观察中", passed: "通过" },
    verdict: { worse: "服务变差", well: "服务如常", unsure: "来访太少，无法评判", doubtful: "似乎变差，等待更多来访" },
    act: { start: "开始", pause: "暂停", resume: "继续", retry: "重新发送", abort: "停止", undo: "撤回", cancel: "排除" },
    ask: { start: "开始此发布？", pause: "暂停此发布？", resume: "继续此发布？", retry: "向失败的驿站重新发送？", abort: "停止，一切保持现状？", undo: "撤回此发布的全部更改？", cancel: (name) => `排除 ${name}？` },
    note: { start: "第一批立即收到，之后每批在前一批通过后开始。", pause: "已发送的继续生效，不再开始新的批次。", resume: "继续进行，此前的失败不再计入。", retry: "再次发送相同的文件。", abort: "不再发送，已收到的驿站保留新配置。", undo: "它们各自恢复之前的配置。", cancel: "不影响其他驿站。" },
    would: { new: (n) => `${n} 个驿站收到新配置`, waiting: (n) => `（其中 ${n} 个恢复联网后）`, undo: (n) => `${n} 个驿站还原`, out: (n) => `${n} 个驿站被排除`, rest: (n) => `${n} 个保持不变` },
    why: "原因（记入历史）", whyNeeded: "请先填写原因，至少 3 个字", looking: "正在查看会发生什么…", go: "确定执行", again: "重新查看", leave: "取消", acts: "可执行的操作",
    mayNot: (roles) => `仅${roles}可以操作。`, noLogin: "请先登录再操作。", person: "须由本人用用户名和密码登录后操作，程序不可。", nothingFailed: "没有失败的驿站。", nobodyHas: "已没有驿站使用此配置。", refusal: { step_up_needed: "未执行：没有输入密码", role_too_low: "您的角色无权执行", human_needed: "须由本人操作：请用用户名和密码登录" },
    config: { title: "配置", inForce: "生效中", wanted: "最新推送", phase: "进展", by: "推送人", provisioned: "出厂配置", version: (n) => `第 ${n} 版`, past: "历次推送", undo: "还原", reported: (t) => `报告于 ${t}`, noRoot: "此驿站没有根密钥，不接受推送的配置。",
      phases: { none: "未推送过", waiting: "等待室内无人", trial: "试运行", confirmed: "已确认", refused: "被拒绝", rolled_back: "自行还原" } },
    line: { title: "配置", failed: (n) => `${n} 个驿站失败` },
  },
};

export function rw() { return WORDS[lang()]; }
