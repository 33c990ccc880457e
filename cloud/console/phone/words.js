// What the phone page says, in both languages. Keys are the same in each.

export const WORDS = {
  zh: {
    lang: "zh-CN", other: "English", title: "进站二维码",
    "signin.text": "请输入您在门口用的编号和密码。", number: "编号", pin: "密码", signin: "显示我的二维码",
    "signin.shared": "登录 12 小时有效。借用他人手机时，用完请退出。",
    wrong: "编号和密码不符，请检查后重新输入。", form: "编号是 4 到 6 位数字，密码是 4 到 8 位数字。",
    later: "尝试次数太多，请 {minutes} 分钟后再试。您仍可在门口输入编号和密码。",
    down: "连接不上。请在门口输入编号和密码，权利完全一样。",
    "ticket.hold": "请对准门口的摄像头，距离约一个手掌。", "ticket.alt": "您的进站二维码", "ticket.again": "换一个",
    "ticket.bright": "请把屏幕调到最亮。", "ticket.door": "每个码只能用一次，30 秒后自动更换。不用手机也可以：在门口输入编号和密码。",
    "ticket.count": "{seconds} 秒后更换", "ticket.wait": "正在取新的二维码…", "ticket.often": "换得太频繁，请稍等。", signout: "退出登录",
  },
  en: {
    lang: "en", other: "中文", title: "Door code",
    "signin.text": "Enter the number and PIN that you use at the door.", number: "Number", pin: "PIN", signin: "Show my code",
    "signin.shared": "You stay signed in for 12 hours. On somebody else's phone, sign out when you are done.",
    wrong: "Number and PIN do not match. Check both and type them again.", form: "A number has 4 to 6 digits, a PIN 4 to 8.",
    later: "Too many tries: wait {minutes} min. You can still use your number and PIN at the door.",
    down: "No connection. Use your number and PIN at the door: same door, same rights.",
    "ticket.hold": "Hold this before the camera at the door, a hand's length away.", "ticket.alt": "Your code for the door", "ticket.again": "New code",
    "ticket.bright": "Turn your screen up to full brightness.", "ticket.door": "Each code opens once and changes every 30 s. No phone needed: number and PIN open the same door.",
    "ticket.count": "Changes in {seconds} s", "ticket.wait": "Fetching a new code…", "ticket.often": "Too often: wait a moment.", signout: "Sign out",
  },
};
