// Every word of the page, in Chinese and English. A word that is missing shows its key, so that it is noticed.

const EN = {
  brand: "Rest stations", language: "中文", skip: "To the content", asof: (t) => `as of ${t}`,
  well: "All is well", loading: "Loading…", nothingYet: "No station has been heard of yet",
  nothingYetHint: "As soon as one connects to the broker, it appears here by itself.",
  lostN: (n) => `${n} ${n === 1 ? "station" : "stations"} lost`, lateN: (n) => `${n} late`, faultsN: (n) => `${n} with faults`, unheardN: (n) => `${n} not heard again yet`, flappingN: (n) => `${n} ${n === 1 ? "comes and goes" : "come and go"}`,
  problem: {
    broker_down: "No connection to the broker", ingest_ended: "Intake has ended: restart the cloud", ledger_down: "The ledger cannot be written",
    series_down: "The time-series store does not answer", facts_missing: "Facts were lost at a station",
    shards_unserved: "Nobody takes in what some stations say: start the missing worker",
  },
  silent: (t) => `No answer from the server since ${t}: what you see is old`,
  total: "Stations", online: "Online", late: "Late", lost: "Lost", stopped: "Stopped", unknown: "Unknown", withFaults: "With faults",
  factsToday: "Facts today", facesKept: "People with a face", facesOf: (n) => `warns at ${n}`, warning: { faces_near_filing: "Many faces: filing with the authorities is due at 100,000 people", shards_served_twice: "Two workers take in the same stations", worker_twice: "Two processes run under the name of one worker", roster_untold: "No process called cloud runs: stations do not hear of changed rights", delegation_missing: "Keys of this cloud are signed by no ops key: orders or rosters are not believed", delegation_ends_soon: "A delegation of this cloud ends within two days: sign another", delegation_ended: "A delegation of this cloud has ended: orders or rosters are not believed any more", root_ends: "The root of all keys ends soon: sign the next one", ops_key_ends: "The key of somebody who signs configurations ends: replace it", ops_key_missing: "No key is left that may sign configurations: roots must name one" }, lag: "Intake lag", waiting: "waiting", stations: "Stations", filter: "Filter by name, id, district…",
  shown: (n, of) => (n === of ? `${of}` : `${n} of ${of}`), noMatch: "No station fits this filter",
  quotaBound: (items) => `Shared quotas, if every line failed: one person could draw at most this much more in a day: ${items.map((one) => `${one.excess.toLocaleString("en")} ${{ water_ml: "ml", bottles: "bottles", socket_min: "min" }[one.what]}`).join(", ")}`,
  clear: "Clear the filter",
  col: { standing: "State", name: "Station", district: "District", door: "Door", inside: "Inside", waiting: "Facts waiting", faults: "Faults", heard: "Last heard" },
  live: "Live", pause: "Pause", resume: (n) => (n ? `Resume (${n} new)` : "Resume"), noFacts: "Nothing has happened yet", noFactsHint: "Facts appear here the moment they are committed.",
  deaf: (t, ago) => `The cloud hears no station since ${t} (${ago}): no connection to the broker. The stations go on serving and keep what happens; nothing below is live, all of it is as of then.`,
  notLive: (t) => `not live since ${t}`, was: (standing) => `was ${standing.toLowerCase()}`, asAt: (t) => `as of ${t}`, flapping: "comes and goes", flappingWhy: "Its connection was lost several times within minutes: look at its network.",
  toCome: (facts, batches, t) => `${[facts && `${facts.toLocaleString("en")} ${facts === 1 ? "fact" : "facts"}`, batches && `${batches.toLocaleString("en")} ${batches === 1 ? "batch" : "batches"} of measurements`].filter(Boolean).join(" and ")} still to come${t ? `, oldest from ${t}` : ""}`,
  waits: (facts, batches) => `${facts}${batches ? ` + ${batches.toLocaleString("en")} batches` : ""}`, hole: (n) => `${n.toLocaleString("en")} ${n === 1 ? "fact that happened here is" : "facts that happened here are"} still to come`,
  toComeN: (n, facts) => `${n} ${n === 1 ? "station delivers" : "stations deliver"} what waited${facts ? `, ${facts.toLocaleString("en")} facts to come` : ""}`,
  cameLate: (happened, arrived) => `happened ${happened}, arrived ${arrived}`, dashboard: "Dashboard in Grafana", span: { 24: "24 h", 1: "1 h" }, spanOf: "How far back",
  gap: { no_connection: "no connection, not arrived yet", to_come: "still to come", dropped: "given up by the station", thinned: "thinned by the station", not_recorded: "not recorded: its disk took nothing", unknown: "nothing recorded" },
  gapShort: { no_connection: "no connection", to_come: "to come", dropped: "given up", thinned: "thinned", not_recorded: "not recorded", unknown: "nothing recorded" },
  alerts: "Alerts standing", alertSince: (t) => `since ${t}`, todo: "What to do", see: "I look after it", seenBy: (who, t) => `${who} looks after it since ${t}`, rule: "Rule",
  back: "All stations", gone: "This station was never heard of", goneHint: "Its address may be mistyped, or it has not connected yet.",
  stale: (t, ago) => `Last heard ${t} (${ago}). Door, people, waiting facts and faults may have changed since.`,
  since: (t) => `since ${t}`, version: "Software", roster: "Roster", rosterRefused: "refused", none: "none", day: "What happened", water: "Water", per: { 24: "ml per hour", 1: "ml in five minutes" },
  power: "Sockets", watts: "W", socket: (p) => `socket ${p}`, noSamples: "No measurements in this time", noWater: "No water was poured in this time",
  lanes: { people: "Entry", door: "Door", water: "Water", charge: "Charging", faults: "Faults" }, factList: "Facts", more: "Show more", doorCount: (n) => `${n} ${n === 1 ? "opening" : "openings"}`, totalOf: (v) => `${v} in all`,
  unsure: "the station did not trust its clock", granted: "granted", refused: "refused", open: "open",
  me: {
    logIn: "Log in", why: "By your name and password, which an admin gave you.", name: "Name", password: "Password", token: "Token", program: "With the token of a program instead", cancel: "Cancel", close: "Done",
    wrong: "Name and password do not match: check both and type them again", wait: (s) => `Too many tries: wait ${s} s`, unknown: "This token is not known here", again: "Your password, please", notYours: "This is not your password: type it again", go: "Continue",
    againWhy: (name) => `So that nobody does this by mistake, or at a screen that ${name} left open. It then holds for 5 minutes.`, own: "Your account", out: "Log out", everywhere: "All districts",
    until: (t) => `Logged in until ${t}, and longer while you are here.`, ofProgram: "The token of a program.", change: "Another password", newPassword: "New password, 12 characters or more",
    role: { viewer: "viewer", operator: "operator", ops: "operations", admin: "admin" },
  },
  order: {
    title: "Orders", reason: "Why? The station keeps it.", reasonNeeded: "Say why first, 3 characters at least", kind: { identify: "Identify (blink)", unlock: "Unlock once", maintenance: "Maintenance, 30 min", restart: "Restart", refresh_roster: "Roster again" },
    minutes: (n) => `Maintenance, ${n} min`, outcome: (name, state, why) => `${name}: ${state}${why ? `, ${why}` : ""}`,
    state: { asking: "asking the station…", sent: "sent…", done: "done", refused: "refused by the station", not_delivered: "not delivered", no_answer: "no answer" },
    notGiven: (why, hint) => `Not given: ${why}${hint ? ` (${hint})` : ""}`,
    refusal: { step_up_needed: "Not done: the password was not given", not_your_district: "This station is in none of your districts", role_too_low: "This is not for your role", human_needed: "A person does this: log in by name and password" },
  },
  flaw: { form: "it could not be read", too_large: "it is too large", not_canonical: "its form is not the agreed one", unknown_key: "its key is not known", signature: "its signature is wrong", too_few_signatures: "too few have signed it", key_expired: "its key has expired", expired: "it has expired", not_yet: "it is not valid yet", rollback: "it is older than what is there", leap: "its version is too far ahead", wrong_target: "it is for another station", scope: "its key may not sign this", too_long_life: "it would hold too long", level: "the software there is too old for it", no_root: "there is no root key", content: "its content breaks a rule", clock_unsure: "the time there is not trusted", no_challenge: "it answers no question of the station", too_many: "too many", not_now: "not possible now" },
  failed: (why) => `Could not be loaded: ${why}`, ago: { s: (n) => `${n} s ago`, m: (n) => `${n} min ago`, h: (n) => `${n} h ago`, d: (n) => `${n} d ago` },
  doors: { locked: "locked", released: "unlocked", open: "open", held_open: "held open" },
  fault: {
    store_low: "storage low", store_full: "storage full", guard_lost: "guard lost", faces_lost: "face process lost", camera_lost: "camera lost", liveness_lost: "liveness check lost", no_flow: "no water flow", leak: "leak",
    meter_lost: "meter lost", door_forced: "door forced", door_held: "door held open", over_power: "too much power",
    fire: "fire alarm", fire_reset_due: "fire: reset due", smoke: "smoke", tamper: "tamper", duress: "duress code",
    welfare: "nobody moved for long", exit_stuck: "exit button stuck", leak_floor: "water on the floor", overrun: "valve overrun",
    filter_overdue: "filter overdue", water_test_overdue: "water test overdue", drip_tray_full: "drip tray full",
    fridge_warm: "fridge warm", fridge_blocked: "fridge blocked", fridge_ajar: "fridge ajar", probe_lost: "probe lost",
    scale_lost: "scale lost", stock_low: "stock low", over_temperature: "over temperature", relay_stuck: "relay stuck",
    slot_stuck: "slot stuck", bank_overdue: "power bank overdue", amenity_stuck: "amenity stuck", expander_lost: "expander lost",
    gallery_too_large: "too many people for a face alone", clock_wrong: "clock is wrong", lease_ended: "output cut off",
  },
  way: { face: "face", face_code: "face and PIN", face_phone: "face and phone digits", code: "code", qr: "QR code" },
  refusal: {
    not_in_maintenance: "no maintenance", unknown_part: "no such part", not_releasable: "nothing to release", still_so: "still so", no_reason: "no reason given",
    closed_now: "closed at this hour", fire: "fire alarm",
    not_sure: "not sure who it is", unknown_face: "unknown face", wrong_code: "wrong code", too_many_tries: "too many tries", not_readable: "not readable", no_right: "no right here",
    full: "station is full", cannot_record: "cannot record", guard_lost: "guard lost", not_identified: "not identified", quota_spent: "quota spent", busy: "busy", hot_locked: "hot water locked", cooling: "cooling down", out_of_order: "out of order", bad_amount: "amount not possible",
    ticket_expired: "phone code is over", ticket_early: "phone code not valid yet", ticket_used: "phone code used before", ticket_elsewhere: "phone code for another station", ticket_key: "unknown seal",
    ticket_forged: "forged phone code", not_confirmed: "digits and face do not match", liveness_failed: "challenge not passed", frozen: "picture stands still", tickets_full: "too many phone codes", clock_unsure: "time not certain",
    load_refused: "battery of an e-bike", has_one: "has one already", bank_overdue: "power bank overdue", no_bank: "no power bank there", no_slot: "no free slot", no_loan: "nothing lent", sold_out: "sold out",
  },
  cause: { entry: "entry", exit: "exit", forced: "FORCED" },
  stop: {
    reached: "as asked", person: "stopped by the person", no_flow: "no flow", time_limit: "time limit", low_power: "full or unplugged", room_empty: "room empty", power_limit: "power limit",
    visit_ended: "visit ended", fault: "fault", interrupted: "interrupted",
    ebike_suspected: "battery of an e-bike suspected", others_wait: "others wait",
  },
  end: { left: "left", presumed_left: "left, presumably", not_entered: "did not come in", came_again: "came again", timed_out: "timed out" },
  act: {
    restock: "counted shelf", cleaned: "cleaned", open_fridge: "opened the fridge", open_slot: "opened slot", test_valve: "tested tap", filter_changed: "changed the filter",
    water_tested: "tested the water", drip_emptied: "emptied the drip tray", release_fault: "released", fire_reset: "reset the fire alarm",
  },
  maintenanceEnd: {
    person: "by the steward", time_limit: "time limit", idle: "nobody touched the screen", visit_ended: "visit ended", screen_taken: "somebody else at the screen",
    no_right: "no right any more", renewed: "PIN typed again", interrupted: "interrupted",
  },
  fact: {
    maintenance_started: (d) => `Maintenance began (${d.person}), ${Math.round(d.longest_s / 60)} min at most`, maintenance_ended: (d, w) => `Maintenance ended (${w.maintenanceEnd[d.reason]})`,
    steward_acted: (d, w) => `Steward ${d.person}: ${w.act[d.act]}${d.part ? " " + d.part : ""}${d.fault ? ", " + w.fault[d.fault] : ""}${d.before === null ? "" : `, ${d.before} to ${d.after}`}${d.note ? ": " + d.note : ""}`,
    steward_refused: (d, w) => `Steward's wish refused${d.act ? " (" + w.act[d.act] + ")" : ""}: ${w.refusal[d.reason]}`,
    fire_changed: (d) => (d.active ? "FIRE ALARM, door held free" : "Fire alarm over, reset due"), welfare_asked: (d) => `Nothing moved for ${secs(d.still_s)}: asked whether all is well`,
    passback_noticed: (d) => `Came in again ${secs(d.since_s)} after coming in, without having left`, duress_called: (d, w) => `DURESS CODE typed (${w.way[d.way]}): call for help in silence`,
    station_started: (d) => `Software started, version ${d.version}`, entry_granted: (d, w) => `Entry granted by ${w.way[d.way]}`, entry_refused: (d, w) => `Entry by ${w.way[d.way]} refused: ${w.refusal[d.reason]}`,
    door_unlocked: () => "Door unlocked", door_locked: (d) => (d.opened ? "Door locked again" : "Door locked again, nobody opened"), exit_requested: () => "Exit button pressed",
    door_opened: (d, w) => `Door opened (${w.cause[d.cause]})`, door_closed: (d) => `Door closed after ${secs(d.open_s)}`, door_held_open: (d) => `Door open for ${secs(d.open_s)}${d.alarm ? ": please look" : ""}`,
    visit_ended: (d, w) => `Visit ended after ${secs(d.stayed_s)} (${w.end[d.reason]})`, water_reserved: (d) => `${d.reserved_ml} ml of water set aside (tap ${d.tap})`,
    water_poured: (d, w) => (d.poured_ml === null ? `Pour of tap ${d.tap} interrupted, ${d.charged_ml} ml charged` : `Poured ${d.poured_ml} ml (tap ${d.tap}${d.stop === "reached" ? "" : ", " + w.stop[d.stop]})`),
    flush_started: (d) => `Flush of tap ${d.tap} began (${d.wanted_ml} ml)`, water_flushed: (d, w) => `Flushed ${d.ml} ml (tap ${d.tap}${d.stop === "reached" ? "" : ", " + w.stop[d.stop]})`,
    filter_changed: (d) => `Filter changed after ${Math.round(d.drawn_ml / 1000)} l`, water_tested: (d) => `Water tested${d.day ? " on " + d.day : ""}: ${d.passed ? "passed" : "failed"}`,
    water_refused: (d, w) => `Water refused: ${w.refusal[d.reason]}`, charge_started: (d) => `Charging began (socket ${d.socket})`,
    charge_ended: (d, w) => `Charging ended (socket ${d.socket}): ${d.energy_wh === null ? "energy unknown" : wh(d.energy_wh)}, ${w.stop[d.stop]}`, charge_refused: (d, w) => `Charging refused: ${w.refusal[d.reason]}`,
    amenity_started: (d) => `Amenity ${d.amenity} on`, amenity_refused: (d, w) => `Amenity ${d.amenity} refused: ${w.refusal[d.reason]}`,
    amenity_ended: (d, w) => `Amenity ${d.amenity} off: ${d.energy_wh === null ? "energy unknown" : (d.measured ? "" : "about ") + wh(d.energy_wh)}, ${w.stop[d.stop]}`,
   
    fault_raised: (d, w) => `Fault: ${w.fault[d.fault]}${part(d)}`, fault_cleared: (d, w) => `Fault over: ${w.fault[d.fault]}${part(d)}, after ${secs(d.lasted_s)}`,
    input_refused: (d) => `Input from ${d.source} refused (${d.count}×): ${d.reason}`, clock_changed: (d) => (d.trusted ? "Clock is trusted again" : "Clock is not trusted"), roster_applied: (d) => `Roster ${d.version} in force, ${d.people} people`,
    gap_recorded: (d) => `Measurements ${{ thinned: "thinned to half", dropped: "given up", not_recorded: "not recorded" }[d.loss]}: ${d.instants} from ${d.since} to ${d.until}; no fact is concerned`,
    config_tried: (d) => `Configuration ${d.version} on trial`, config_confirmed: (d) => `Configuration ${d.version} confirmed after ${Math.round(d.tried_s)} s`, config_rolled_back: (d) => `Configuration ${d.version} taken back, ${d.back_to ? `version ${d.back_to}` : "the first one"} in force: ${d.reason}`,
    config_refused: (d, w) => `Configuration ${d.version || ""} refused, ${w.flaw[d.flaw]}: ${d.reason}`, root_changed: (d) => `Keys of version ${d.version} in force`,
    order_carried_out: (d, w) => `Order of ${d.operator} done, ${w.order.kind[d.order]}: ${d.reason}`, order_refused: (d, w) => `Order refused${d.count > 1 ? ` (${d.count} times)` : ""}, ${w.flaw[d.flaw]}: ${d.reason}`,
    quota_returned: (d) => `${d.person} drew ${d.spent} of ${d.what}; the rest of the lease is given back`,
    consent_given: (d) => `Consent to keep a face given (${{ operator: "on the spot", elsewhere: "on paper, at another station" }[d.by] ?? "at the screen"})`, consent_refused: () => "Consent to keep a face refused", consent_withdrawn: () => "Consent to keep a face withdrawn",
    face_enrolled: (d) => `Face enrolled from ${d.used} images${d.flagged ? ", very near to somebody else" : ""}`, face_forgotten: (d, w) => `Face erased (${w.forgotten[d.reason]})`, enrolment_refused: (d, w) => `No face kept: ${w.enrolProblem[d.reason]}`,
    template_shared: (d) => `Sealed face template handed over for station ${d.destination}`, template_received: (d) => `Sealed face template taken in from station ${d.source}`,
    queue_joined: (d) => `Waits for a socket, place ${d.place}`, queue_left: (d) => `Waits no longer: ${{ served: "got one", person: "gave up", missed: "did not come in time" }[d.reason] ?? "left"}`, socket_held: (d) => `Socket ${d.socket} held for who waited`,
    loan_started: (d) => `Power bank lent (slot ${d.slot})`, loan_cancelled: (d) => `Power bank not taken (slot ${d.slot})`, loan_ended: (d) => `Power bank back (slot ${d.slot})${d.asked ? "" : ", without asking"}`, loan_refused: (d, w) => `Power bank refused: ${w.refusal[d.reason]}`,
    bottles_reserved: (d) => `Fridge released, up to ${d.reserved} pieces`, fridge_closed: (d) => `Fridge closed after ${Math.round(d.open_s)} s`, fridge_refused: (d, w) => `Fridge refused: ${w.refusal[d.reason]}`,
    fridge_opened: (d) => ({ visitor: "Fridge opened", steward: "Fridge opened by a steward", forced: "Fridge FORCED", left_open: "Fridge stands open, nobody knows for whom" })[d.cause],
    bottles_taken: (d) => `${d.count} taken from the fridge, ${d.charged} charged${d.count > d.charged ? ", MORE than the ration" : ""}${d.certain ? "" : ", not certain"}${d.person === null ? ", nobody knows by whom" : ""}`,
    shelf_restocked: (d) => `Shelf ${d.shelf} filled up: ${d.before} to ${d.after} (${d.item}, lot ${d.lot}, until ${d.expires})`, shelf_expired: (d) => `Shelf ${d.shelf}: lot ${d.lot} is past ${d.expires}, ${d.count} left`,
    fridge_released: (d) => `Fridge released by a steward after ${Math.round(d.warm_s / 60)} min warm: ${d.reason}`,
    bank_found: (d) => `A power bank lies in slot ${d.slot}, nobody knows whose`, bank_missing: (d) => `Power bank gone from slot ${d.slot}, which was locked`,
  },
  forgotten: { withdrawn: "the person asked", from_afar: "withdrawn at the desk", operator: "on the spot", not_seen: "not here for long", no_right: "no right any more", missing: "found gone" },
  enrolProblem: { under_age: "below 16", notice_changed: "new notice", no_right: "no right here", blocked: "withdrawn at the desk", stopped: "stopped", timed_out: "no good images", faces_lost: "face process lost", not_stored: "could not be stored", cannot_record: "could not be recorded" },
  secs: (n, unit) => `${n} ${unit}`,
};

const ZH = {
  brand: "驿站监控", language: "English", skip: "跳到内容", asof: (t) => `数据截至 ${t}`,
  well: "一切正常", loading: "正在加载…", nothingYet: "尚未收到任何驿站的消息", nothingYetHint: "驿站连接消息服务器后会自动出现在这里。",
  lostN: (n) => `${n} 个驿站失联`, lateN: (n) => `${n} 个迟到`, faultsN: (n) => `${n} 个有故障`, unheardN: (n) => `${n} 个尚未重新听到`, flappingN: (n) => `${n} 个时断时续`,
  problem: { broker_down: "与消息服务器断开", ingest_ended: "接收已停止，请重启云端", ledger_down: "账本无法写入", series_down: "时序库无应答", facts_missing: "有驿站丢失了事件", shards_unserved: "部分驿站的消息无人接收：请启动缺少的接收进程" },
  silent: (t) => `服务器自 ${t} 起无应答，当前显示的是旧数据`,
  total: "驿站总数", online: "在线", late: "迟到", lost: "失联", stopped: "已停机", unknown: "未知", withFaults: "有故障",
  factsToday: "今日事件", facesKept: "登记人脸人数", facesOf: (n) => `达到 ${n} 时提醒`, warning: { faces_near_filing: "登记人脸人数较多：达到 10 万人须备案", shards_served_twice: "两个接收进程在接收相同驿站的消息", worker_twice: "两个进程使用了同一接收进程名", roster_untold: "没有名为 cloud 的进程在运行：权限变更无法通知驿站", delegation_missing: "本云端的密钥未经运维密钥签署：指令或名单不被驿站信任", delegation_ends_soon: "本云端的授权两天内到期：请重新签署", delegation_ended: "本云端的授权已到期：指令或名单不再被驿站信任", root_ends: "根密钥文件即将到期：请签署下一版", ops_key_ends: "有运维密钥到期：请更换", ops_key_missing: "没有可用的运维密钥，无法签署配置：须由根密钥指定" }, lag: "入账延迟", waiting: "待处理", stations: "驿站", filter: "按名称、编号、区域筛选…", shown: (n, of) => (n === of ? `${of} 个` : `${n} / ${of} 个`),
  noMatch: "没有符合条件的驿站",
  quotaBound: (items) => `共享额度：即使所有线路中断，一人一天最多只能多用 ${items.map((one) => `${one.excess.toLocaleString("en")} ${{ water_ml: "毫升", bottles: "瓶", socket_min: "分钟" }[one.what]}`).join("、")}`,
  clear: "清除筛选", col: { standing: "状态", name: "驿站", district: "区域", door: "门", inside: "在内人数", waiting: "待传事件", faults: "故障", heard: "最近消息" },
  live: "实时动态", pause: "暂停", resume: (n) => (n ? `继续（${n} 条新）` : "继续"), noFacts: "还没有发生任何事", noFactsHint: "事件入账后立即显示在这里。",
  deaf: (t, ago) => `云端自 ${t}（${ago}）起收不到任何驿站的消息：与消息服务器断开。驿站照常服务并保存所有事件；以下内容均非实时，截至该时刻。`,
  notLive: (t) => `自 ${t} 起非实时`, was: (standing) => `原为${standing}`, asAt: (t) => `截至 ${t}`, flapping: "时断时续", flappingWhy: "几分钟内多次断线：请检查网络。",
  toCome: (facts, batches, t) => `还有 ${[facts && `${facts.toLocaleString("en")} 条事件`, batches && `${batches.toLocaleString("en")} 批测量`].filter(Boolean).join("和 ")}待传${t ? `，最早的在 ${t}` : ""}`,
  waits: (facts, batches) => `${facts}${batches ? ` + ${batches.toLocaleString("en")} 批` : ""}`, hole: (n) => `此处的 ${n.toLocaleString("en")} 条事件待传`,
  toComeN: (n, facts) => `${n} 个驿站正在补传${facts ? `，还有 ${facts.toLocaleString("en")} 条事件` : ""}`,
  cameLate: (happened, arrived) => `${happened} 发生，${arrived} 到达`, dashboard: "Grafana 面板", span: { 24: "24 小时", 1: "1 小时" }, spanOf: "时间范围",
  gap: { no_connection: "无连接，尚未到达", to_come: "待传", dropped: "驿站已放弃", thinned: "驿站已抽稀", not_recorded: "未记录：磁盘无法写入", unknown: "没有记录" },
  gapShort: { no_connection: "无连接", to_come: "待传", dropped: "已放弃", thinned: "已抽稀", not_recorded: "未记录", unknown: "没有记录" },
  alerts: "未解除的告警", alertSince: (t) => `自 ${t}`, todo: "处理办法", see: "我来处理", seenBy: (who, t) => `${who} 自 ${t} 起处理`, rule: "规则",
  back: "全部驿站", gone: "从未收到过该驿站的消息", goneHint: "地址可能有误，或它尚未连接。", stale: (t, ago) => `最近一次消息在 ${t}（${ago}）。门、人数、待传事件和故障可能已有变化。`,
  since: (t) => `自 ${t}`, version: "软件版本", roster: "名单版本", rosterRefused: "被拒绝", none: "无", day: "经过", water: "饮水", per: { 24: "毫升 / 小时", 1: "毫升 / 5 分钟" }, power: "充电插座", watts: "瓦", socket: (p) => `插座 ${p}`,
  noSamples: "这段时间没有测量数据", noWater: "这段时间没有取水", lanes: { people: "进门", door: "门", water: "取水", charge: "充电", faults: "故障" },
  factList: "事件", more: "显示更多", doorCount: (n) => `开门 ${n} 次`, totalOf: (v) => `共 ${v}`, unsure: "驿站当时不确信自己的时钟", granted: "允许", refused: "拒绝", open: "打开",
  me: {
    logIn: "登录", why: "请输入管理员分配的用户名和密码。", name: "用户名", password: "密码", token: "令牌", program: "改用程序令牌", cancel: "取消", close: "完成",
    wrong: "用户名与密码不匹配，请核对后重新输入", wait: (s) => `尝试次数过多，请等待 ${s} 秒`, unknown: "此令牌无效", again: "请再次输入密码", notYours: "密码不正确，请重新输入", go: "继续",
    againWhy: (name) => `以防误操作，或有人使用 ${name} 离开后未锁定的屏幕。5 分钟内有效。`, own: "我的账户", out: "退出登录", everywhere: "全部辖区",
    until: (t) => `登录有效至 ${t}，使用期间自动延长。`, ofProgram: "程序令牌。", change: "修改密码", newPassword: "新密码，至少 12 个字符",
    role: { viewer: "查看", operator: "值班员", ops: "运维", admin: "管理员" },
  },
  order: {
    title: "远程指令", reason: "原因（驿站会留存）", reasonNeeded: "请先填写原因，至少 3 个字", kind: { identify: "定位（闪灯）", unlock: "开门一次", maintenance: "维护 30 分钟", restart: "重启", refresh_roster: "重发名单" },
    minutes: (n) => `维护 ${n} 分钟`, outcome: (name, state, why) => `${name}：${state}${why ? `，${why}` : ""}`,
    state: { asking: "正在询问驿站…", sent: "已发送…", done: "已执行", refused: "被驿站拒绝", not_delivered: "未送达", no_answer: "无应答" },
    notGiven: (why, hint) => `未下达：${why}${hint ? `（${hint}）` : ""}`,
    refusal: { step_up_needed: "未执行：没有输入密码", not_your_district: "此驿站不在您的辖区内", role_too_low: "您的角色无权执行", human_needed: "须由本人操作：请用用户名和密码登录" },
  },
  flaw: { form: "无法读取", too_large: "文件过大", not_canonical: "格式不合规定", unknown_key: "密钥未知", signature: "签名错误", too_few_signatures: "签名数量不足", key_expired: "密钥已过期", expired: "文件已过期", not_yet: "文件尚未生效", rollback: "版本比现有的旧", leap: "版本号跳跃过大", wrong_target: "属于其他驿站", scope: "密钥无权签署", too_long_life: "有效期过长", level: "驿站软件过旧", no_root: "没有根密钥", content: "内容不合规则", clock_unsure: "驿站时间不可信", no_challenge: "不是对驿站提问的回答", too_many: "次数过多", not_now: "目前无法执行" },
  failed: (why) => `加载失败：${why}`,
  ago: { s: (n) => `${n} 秒前`, m: (n) => `${n} 分钟前`, h: (n) => `${n} 小时前`, d: (n) => `${n} 天前` },
  doors: { locked: "已锁", released: "已开锁", open: "开着", held_open: "久未关" },
  fault: {
    store_low: "存储将满", store_full: "存储已满", guard_lost: "看护进程失联", faces_lost: "人脸进程失联", camera_lost: "摄像头失联", liveness_lost: "活体检测失联", no_flow: "不出水", leak: "漏水", meter_lost: "流量计失联", door_forced: "门被强开",
    door_held: "门久未关", over_power: "功率过大",
    fire: "火警", fire_reset_due: "火警待复位", smoke: "烟雾", tamper: "控制箱被打开", duress: "胁迫密码", welfare: "长时间无人活动", exit_stuck: "出门按钮卡住",
    leak_floor: "地面有水", overrun: "阀门未关", filter_overdue: "滤芯到期", water_test_overdue: "水质检测到期", drip_tray_full: "接水盘满", fridge_warm: "冰箱偏热",
    fridge_blocked: "冰箱停用", fridge_ajar: "冰箱门未关", probe_lost: "温度探头失联", scale_lost: "秤失联", stock_low: "库存不足", over_temperature: "过热",
    relay_stuck: "继电器卡住", slot_stuck: "格口打不开", bank_overdue: "充电宝逾期", amenity_stuck: "设备无法关闭", expander_lost: "扩展板失联",
    gallery_too_large: "人数超出人脸单独识别的上限", clock_wrong: "时钟有误", lease_ended: "输出被切断",
  },
  way: { face: "人脸", face_code: "人脸加密码", face_phone: "人脸加手机尾号", code: "密码", qr: "二维码" },
  refusal: {
    not_in_maintenance: "未在维护", unknown_part: "没有此部件", not_releasable: "没有可解除的", still_so: "情况未变", no_reason: "没有原因",
    closed_now: "不在开放时间", fire: "火警",
    not_sure: "无法确定身份", unknown_face: "陌生人脸", wrong_code: "密码错误", too_many_tries: "尝试次数过多", not_readable: "无法识别", no_right: "在此无权限", full: "驿站已满", cannot_record: "无法记录",
    guard_lost: "看护进程失联", not_identified: "未识别身份", quota_spent: "额度已用完", busy: "使用中", hot_locked: "热水未解锁", cooling: "冷却中", out_of_order: "停用", bad_amount: "数量不合理",
    ticket_expired: "手机码已过期", ticket_early: "手机码尚未生效", ticket_used: "手机码已用过", ticket_elsewhere: "手机码属于其他驿站", ticket_key: "签名未知", ticket_forged: "伪造的手机码",
    not_confirmed: "数字与人脸不符", liveness_failed: "未完成动作验证", frozen: "画面静止", tickets_full: "手机码过多", clock_unsure: "时间不可信",
    load_refused: "疑似电动车电池", has_one: "已有一个", bank_overdue: "充电宝超期", no_bank: "没有充电宝", no_slot: "没有空格", no_loan: "没有借用", sold_out: "已取完",
  },
  cause: { entry: "进入", exit: "离开", forced: "强行打开" },
  stop: {
    reached: "按量完成", person: "本人停止", no_flow: "不出水", time_limit: "达到时限", low_power: "已充满或拔出", room_empty: "室内无人", power_limit: "超过功率上限", visit_ended: "到访结束", fault: "故障", interrupted: "中断",
    ebike_suspected: "疑似电动车电池", others_wait: "有人等候",
  },
  end: { left: "已离开", presumed_left: "推测已离开", not_entered: "未进门", came_again: "再次进门", timed_out: "超时" },
  act: {
    restock: "清点货架", cleaned: "清洁", open_fridge: "打开冰柜", open_slot: "打开格子", test_valve: "测试水龙头", filter_changed: "更换滤芯",
    water_tested: "水质检测", drip_emptied: "清空接水盘", release_fault: "解除", fire_reset: "消防复位",
  },
  maintenanceEnd: {
    person: "管理员结束", time_limit: "到时", idle: "长时间无人触摸", visit_ended: "访问结束", screen_taken: "他人使用屏幕",
    no_right: "不再有权限", renewed: "重新输入密码", interrupted: "中断",
  },
  fact: {
    maintenance_started: (d) => `维护开始（${d.person}），最长 ${Math.round(d.longest_s / 60)} 分钟`, maintenance_ended: (d, w) => `维护结束（${w.maintenanceEnd[d.reason]}）`,
    steward_acted: (d, w) => `管理员 ${d.person}：${w.act[d.act]}${d.part ? " " + d.part : ""}${d.fault ? "，" + w.fault[d.fault] : ""}${d.before === null ? "" : `，${d.before} 变为 ${d.after}`}${d.note ? "：" + d.note : ""}`,
    steward_refused: (d, w) => `管理员的请求被拒绝${d.act ? "（" + w.act[d.act] + "）" : ""}：${w.refusal[d.reason]}`,
    fire_changed: (d) => (d.active ? "火警，门保持放开" : "火警结束，等待复位"), welfare_asked: (d) => `${secs(d.still_s)}无动静：已询问是否安好`,
    passback_noticed: (d) => `进入${secs(d.since_s)}后未离开又再次进入`, duress_called: (d, w) => `输入了胁迫码（${w.way[d.way]}）：请暗中求助`,
    station_started: (d) => `软件启动，版本 ${d.version}`, entry_granted: (d, w) => `${w.way[d.way]}验证通过，允许进入`, entry_refused: (d, w) => `${w.way[d.way]}验证被拒绝：${w.refusal[d.reason]}`, door_unlocked: () => "门已开锁",
    door_locked: (d) => (d.opened ? "门重新上锁" : "无人开门，重新上锁"), exit_requested: () => "按下出门按钮", door_opened: (d, w) => `门打开（${w.cause[d.cause]}）`, door_closed: (d) => `门关闭，开了 ${secs(d.open_s)}`,
    door_held_open: (d) => `门已开着 ${secs(d.open_s)}${d.alarm ? "，请查看" : ""}`, visit_ended: (d, w) => `到访结束，停留 ${secs(d.stayed_s)}（${w.end[d.reason]}）`, water_reserved: (d) => `预留饮水 ${d.reserved_ml} 毫升（${d.tap}）`,
    water_poured: (d, w) => (d.poured_ml === null ? `取水中断（${d.tap}），计 ${d.charged_ml} 毫升` : `取水 ${d.poured_ml} 毫升（${d.tap}${d.stop === "reached" ? "" : "，" + w.stop[d.stop]}）`),
    flush_started: (d) => `开始冲洗（${d.tap}），${d.wanted_ml} 毫升`, water_flushed: (d, w) => `冲洗 ${d.ml} 毫升（${d.tap}${d.stop === "reached" ? "" : "，" + w.stop[d.stop]}）`,
    filter_changed: (d) => `已更换滤芯，用水 ${Math.round(d.drawn_ml / 1000)} 升`, water_tested: (d) => `水质检测${d.day ? "（" + d.day + "）" : ""}：${d.passed ? "合格" : "不合格"}`,
    water_refused: (d, w) => `取水被拒绝：${w.refusal[d.reason]}`, charge_started: (d) => `开始充电（插座 ${d.socket}）`, charge_ended: (d, w) => `充电结束（插座 ${d.socket}）：${d.energy_wh === null ? "电量未知" : wh(d.energy_wh)}，${w.stop[d.stop]}`,
    amenity_started: (d) => `设备 ${d.amenity} 开启`, amenity_refused: (d, w) => `设备 ${d.amenity} 未开启：${w.refusal[d.reason]}`,
    amenity_ended: (d, w) => `设备 ${d.amenity} 关闭：${d.energy_wh === null ? "电量未知" : (d.measured ? "" : "约 ") + wh(d.energy_wh)}，${w.stop[d.stop]}`,
    charge_refused: (d, w) => `充电被拒绝：${w.refusal[d.reason]}`, fault_raised: (d, w) => `故障：${w.fault[d.fault]}${part(d)}`, fault_cleared: (d, w) => `故障解除：${w.fault[d.fault]}${part(d)}，持续 ${secs(d.lasted_s)}`,
    input_refused: (d) => `拒绝来自 ${d.source} 的输入（${d.count} 次）：${d.reason}`, clock_changed: (d) => (d.trusted ? "时钟恢复可信" : "时钟不可信"), roster_applied: (d) => `名单 ${d.version} 已生效，共 ${d.people} 人`,
    gap_recorded: (d) => `测量数据${{ thinned: "抽稀为一半", dropped: "已放弃", not_recorded: "未能记录" }[d.loss]}：${d.instants} 个时刻，${d.since} 至 ${d.until}；事件不受影响`,
    config_tried: (d) => `配置 ${d.version} 试运行中`, config_confirmed: (d) => `配置 ${d.version} 试运行 ${Math.round(d.tried_s)} 秒后确认`, config_rolled_back: (d) => `配置 ${d.version} 已撤回，${d.back_to ? `版本 ${d.back_to}` : "初始配置"}生效：${d.reason}`,
    config_refused: (d, w) => `配置 ${d.version || ""} 被拒绝（${w.flaw[d.flaw]}）：${d.reason}`, root_changed: (d) => `密钥版本 ${d.version} 已生效`,
    order_carried_out: (d, w) => `已执行 ${d.operator} 的远程指令，${w.order.kind[d.order]}：${d.reason}`, order_refused: (d, w) => `远程指令被拒绝（${w.flaw[d.flaw]}${d.count > 1 ? `，${d.count} 次` : ""}）：${d.reason}`,
    quota_returned: (d) => `${d.person} 已用 ${d.spent}（${d.what}），其余额度已归还`,
    consent_given: (d) => `同意保存人脸（${{ operator: "现场书面", elsewhere: "在其他驿站书面" }[d.by] ?? "屏幕"}）`, consent_refused: () => "拒绝保存人脸", consent_withdrawn: () => "撤回保存人脸的同意",
    face_enrolled: (d) => `登记人脸，用 ${d.used} 张画面${d.flagged ? "，与他人非常相像" : ""}`, face_forgotten: (d, w) => `人脸已删除（${w.forgotten[d.reason]}）`, enrolment_refused: (d, w) => `未保存人脸：${w.enrolProblem[d.reason]}`,
    template_shared: (d) => `已交出加密的人脸特征，目的驿站 ${d.destination}`, template_received: (d) => `已收入来自驿站 ${d.source} 的加密人脸特征`,
    queue_joined: (d) => `排队等插座，第 ${d.place} 位`, queue_left: (d) => `不再排队：${{ served: "已轮到", person: "放弃", missed: "超时未到" }[d.reason] ?? "已离开"}`, socket_held: (d) => `插座 ${d.socket} 为排队者保留`,
    loan_started: (d) => `借出充电宝（格子 ${d.slot}）`, loan_cancelled: (d) => `充电宝未取走（格子 ${d.slot}）`, loan_ended: (d) => `归还充电宝（格子 ${d.slot}）${d.asked ? "" : "，未经询问"}`, loan_refused: (d, w) => `借充电宝被拒绝：${w.refusal[d.reason]}`,
    bottles_reserved: (d) => `冰箱已解锁，最多 ${d.reserved} 件`, fridge_closed: (d) => `冰箱关闭，开启 ${Math.round(d.open_s)} 秒`, fridge_refused: (d, w) => `冰箱被拒绝：${w.refusal[d.reason]}`,
    fridge_opened: (d) => ({ visitor: "冰箱打开", steward: "维护人员打开冰箱", forced: "冰箱被强行打开", left_open: "冰箱开着，不知为谁而开" })[d.cause],
    bottles_taken: (d) => `从冰箱取 ${d.count} 件，计 ${d.charged} 件${d.count > d.charged ? "，超过额度" : ""}${d.certain ? "" : "，不确定"}${d.person === null ? "，不知是谁" : ""}`,
    shelf_restocked: (d) => `层架 ${d.shelf} 补货：${d.before} 到 ${d.after}（${d.item}，批号 ${d.lot}，${d.expires} 到期）`, shelf_expired: (d) => `层架 ${d.shelf}：批号 ${d.lot} 已过 ${d.expires}，剩 ${d.count} 件`,
    fridge_released: (d) => `冰箱超温 ${Math.round(d.warm_s / 60)} 分钟后由维护人员放行：${d.reason}`,
    bank_found: (d) => `格子 ${d.slot} 中有来源不明的充电宝`, bank_missing: (d) => `锁着的格子 ${d.slot} 中充电宝不见了`,
  },
  forgotten: { withdrawn: "本人要求", from_afar: "服务台撤回", operator: "现场删除", not_seen: "长期未来", no_right: "已无资格", missing: "发现已不在" },
  enrolProblem: { under_age: "未满 16 岁", notice_changed: "告知书已更新", no_right: "在此无权限", blocked: "服务台已撤回", stopped: "已停止", timed_out: "画面不清楚", faces_lost: "人脸进程失联", not_stored: "无法保存", cannot_record: "无法记录" },
};

const UNITS = { en: ["s", "min", "h"], zh: ["秒", "分钟", "小时"] };
let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
export let w = language === "zh" ? ZH : EN;

export function lang() { return language; }

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  w = language === "zh" ? ZH : EN;
}

export function secs(value) {
  if (value === null || value === undefined) return "?";
  const [s, m, hours] = UNITS[language];
  if (value < 120) return `${round(value)} ${s}`;
  return value < 7200 ? `${Math.round(value / 60)} ${m}` : `${round(value / 3600)} ${hours}`;
}

function wh(value) { return `${round(value)} Wh`; }
function part(d) { return d.part ? (language === "zh" ? `（${d.part}）` : ` (${d.part})`) : ""; }
export function round(value) { return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10; }

export function ago(iso, now = Date.now()) {
  const s = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (s < 90) return w.ago.s(s);
  if (s < 5400) return w.ago.m(Math.round(s / 60));
  return s < 129600 ? w.ago.h(Math.round(s / 3600)) : w.ago.d(Math.round(s / 86400));
}

export function clock(iso, seconds = true) {
  const at = new Date(iso), today = new Date().toDateString() === at.toDateString();
  const time = at.toLocaleTimeString("en-GB", seconds ? {} : { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")} ${time}`;
}

export function factText(fact) {
  const words = w.fact[fact.kind];
  return words ? words(fact.data, w) : fact.kind;
}

// Colour is only ever beside words: "Fault", "refused", "please look".
export function factTone(fact) {
  const d = fact.data;
  if (fact.kind === "fault_raised" || d.cause === "forced" || (fact.kind === "door_held_open" && d.alarm)) return "bad";
  if (fact.kind.endsWith("_refused") || fact.kind === "door_held_open" || (fact.kind === "clock_changed" && !d.trusted)) return "warn";
  return fact.kind === "fault_cleared" ? "good" : "";
}

export const SIGNS = { online: ["●", "good"], late: ["◐", "warn"], lost: ["✕", "bad"], stopped: ["■", "idle"], unknown: ["?", "idle"] };
