// What the cloud says in English sentences, about rollouts and orders, in the words of the page. What a person or a station wrote is left as it is.

import { rw } from "./rollout_words.js";
import { lang, w } from "./words.js";

const SAID = {
  en: [
    [/^draft$/, "made"], [/^start$/, "started"], [/^pause$/, "paused"], [/^resume$/, "resumed"], [/^abort$/, "stopped"], [/^retry$/, "sent again"], [/^undo$/, "taken back"], [/^done$/, "finished"],
    [/^cancel (\S+)$/, "left out: $1"], [/^paused$/, "paused by itself"], [/^wave (\d+) has it$/, "everybody of wave $1 has it"],
    [/\btry it: no station\b/, "try it: all are left out"],
    [/^not enough visits to judge: (\d+), at least (\d+) are needed/, "visits: $1, at least $2 are needed"], [/^no worse than before: |^looks worse, and may still be chance: /, ""], [/( failed in wave \d+) \(.+\); /, "$1; "],
    [/; usual: /g, ", usually "], [/[;,] stations not touched: /g, ", stations not touched "], [/; the same stations in the days before: /g, ", there in the days before "],
    [/^not delivered: /, ""], [/^refused by the station: /, ""], [/^no answer within/, "none within"],
  ],
  zh: [
    [/^not delivered: /, ""], [/^refused by the station: /, ""], [/^the station gave no challenge within (\d+) s$/, "驿站 $1 秒内没有应答"], [/^no answer within (\d+) s/, "$1 秒内无应答"],
    [/^the cloud was started again before it was sent; give it again$/, "发送前云端重启，请重新下达"], [/^the cloud was started again before an answer came/, "应答前云端重启"],
    [/; it may have been carried out: look at the station's facts$/, "，可能已执行：请查看该驿站的事件"], [/^the cloud has lost its broker$|^the cloud has no connection to the broker$/, "云端与消息服务器断开"],
    [/^the station's challenge was none$/, "驿站的应答无效"], [/^the station has never said its state$/, "驿站从未报告过状态"], [/^the station's software \((.+)\) is too old to take orders; update it first$/, "驿站软件（$1）过旧，请先更新"],
    [/^offline since (.+) \((.+)\)$/, "自 $1 起离线（$2）"], [/（less than a minute）$/, "（不到 1 分钟）"], [/（(\d+) min）$/, "（$1 分钟）"], [/（(\d+) h）$/, "（$1 小时）"], [/（(\d+) d）$/, "（$1 天）"],
    [/^draft$/, "创建"], [/^start$/, "开始"], [/^pause$/, "暂停"], [/^resume$/, "继续"], [/^abort$/, "停止"], [/^retry$/, "重新发送"], [/^undo$/, "撤回"], [/^done$/, "完成"],
    [/^cancel (\S+)$/, "排除 $1"], [/^paused$/, "自动暂停"], [/^sent$/, "已发送"], [/^station failed$/, "驿站失败"], [/^undo does not go through$/, "还原未成功"], [/^passed over$/, "未还原"], [/^release (.+)$/, "版本 $1"],
    [/^wave (\d+) has it$/, "第 $1 批全部收到"], [/^wave (\d+) begun$/, "第 $1 批开始"], [/^wave (\d+) passed$/, "第 $1 批通过"], [/^wave (\d+) taken back$/, "第 $1 批被撤回"], [/^(\S+) takes the lead$/, "$1 先行"],
    [/^(\d+) of (\d+) failed in wave (\d+) \((.+)\); the limit is (\d+)$/, "第 $3 批 $2 个中有 $1 个失败，上限 $5"], [/^watched for (\d+) s$/, "观察 $1 秒"], [/^nobody else of wave (\d+) can try it: /, "第 $1 批没有其他驿站可以试："],
    [/^(\d+) stations? gets? (?:their|its) undo; the others were not touched by it$/, "$1 个驿站还原，其余未受影响"], [/; not decided in (\d+) s, so a person must: resume, or undo$/, "；$1 秒内未能判定，须由人决定：继续或撤回"], [/^gets its undo$/, "还原"], [/^gets nothing$/, "不发送"], [/^no station$/, "无驿站变化"],
    [/^(\d+) stations? still to get it: /, "还有 $1 个驿站未收到："], [/^they have a newer document since$/, "之后已有更新的配置"], [/\boffline; it gets the document when it comes back\b/g, "离线，恢复联网后收到"], [/^sent again$/, "已重新发送"], [/^aborted before it was sent$/, "发送前已停止"],
    [/\bthe station waits until nobody is inside\b/g, "等待室内无人"], [/^the wave was taken back/, "该批已撤回"], [/^the rollout was undone/, "发布已撤回"], [/; its undo is in force$/, "，还原已生效"],
    [/^a newer document was published since: version (\d+)$/, "之后发布了更新的配置：第 $1 版"], [/^a newer document is confirmed there: version (\d+)$/, "驿站已确认更新的配置：第 $1 版"],
    [/^its trial did not end within (\d+) s$/, "试运行 $1 秒内未结束"], [/^online, and not a word about it for (\d+) s$/, "在线，但 $1 秒没有回应"], [/^refused: /, "被拒绝："], [/^went back by itself: /, "自行还原："], [/^its undo is (\S+): /, "还原被拒（$1）："],
    [/^not enough visits to judge: (\d+), at least (\d+) are needed/, "到访 $1 次，至少需要 $2 次"], [/^no worse than before: |^looks worse, and may still be chance: /, ""], [/^service was not judged$/, "未评判服务"],
    [/entries refused: /g, "进门被拒："], [/vends failed: /g, "取用失败："], [/doors shut: /g, "门不开放："], [/faults raised: /g, "故障："], [/restarts: /g, "重启："],
    [/; the same stations in the days before: /g, "，此前几日 "], [/[;,] stations not touched: /g, "，未更改的驿站 "], [/; usual: /g, "，通常 "], [/\bnone\b/g, "无"],
    [/(\d+) of (\d+) \((\d+) %\)/g, "$2 次中 $1 次（$3 %）"], [/(\d+) in ([\d.]+) station hours/g, "$2 站时内 $1 次"], [/; /g, "；"],
    [/\bthe station does not know what time it is\b/g, "驿站时间不可信"], [/\ba fire alarm stands\b/g, "火警未解除"], [/\bsomebody is inside or at the door\b/g, "室内或门口有人"],
    [/^restarted during the trial$/, "试运行期间重启"], [/: was not there before, and stands for (\d+) s$/, "：之前没有，已持续 $1 秒"], [/ during the trial$/, "（试运行期间）"], [/^no answer of the cloud for (\d+) s$/, "云端 $1 秒没有应答"], [/^version (\d+) came during the trial$/, "试运行期间收到第 $1 版"],
  ],
};

export function said(text) {
  const coded = text.replace(/\b[a-z]+_[a-z_]+\b/g, (code) => w.fault[code] ?? code);
  const counted = coded.replace(/, (?=\d+ [a-z])/g, rw().comma).replace(/\b(\d+) (pending|sent|waiting|trial|confirmed|failed|back|cancelled)\b(?=[,、]|$)/g, (_, many, state) => `${many} ${rw().state[state]}`);
  return SAID[lang()].reduce((words, [sentence, other]) => words.replace(sentence, other), counted);
}
