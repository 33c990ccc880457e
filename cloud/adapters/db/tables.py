"""The tables as queries see them. Migrations make them; a test compares the two."""

from sqlalchemy import BigInteger, Column, Double, MetaData, String, Table, Text

METADATA = MetaData()

FACTS = Table(
    "facts", METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("station", String), Column("epoch", String), Column("seq", BigInteger), Column("boot", String),
    Column("at_ms", BigInteger), Column("up_s", Double), Column("clock", String), Column("kind", String),
    Column("data", Text), Column("received_ms", BigInteger),
)  # fmt: skip

PROGRESS = Table(
    "progress", METADATA,
    Column("station", String, primary_key=True), Column("epoch", String, primary_key=True),
    Column("lane", String, primary_key=True),
    Column("upto", BigInteger), Column("ahead", Text), Column("missing", BigInteger), Column("changed_ms", BigInteger),
    Column("born_ms", BigInteger), Column("pruned", BigInteger),
)  # fmt: skip

REFUSED = Table(
    "refused", METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("station", String), Column("epoch", String), Column("seq", BigInteger), Column("topic", String),
    Column("reason", String), Column("detail", String), Column("size", BigInteger), Column("sha256", String),
    Column("received_ms", BigInteger),
)  # fmt: skip

STATIONS = Table(
    "stations", METADATA,
    Column("station", String, primary_key=True),
    Column("first_ms", BigInteger), Column("heard_ms", BigInteger), Column("link", String), Column("boot", String),
    Column("session", BigInteger), Column("since_ms", BigInteger), Column("state", Text),
    Column("roster_version", BigInteger), Column("roster_refused", Text), Column("losses", String), Column("flapping_ms", BigInteger),
    Column("changed_ms", BigInteger), Column("roster_ms", BigInteger),
)  # fmt: skip

PEOPLE = Table(
    "people", METADATA,
    Column("person", String, primary_key=True),
    Column("number", String), Column("code_digest", String), Column("label", String),
    Column("water_ml_per_day", BigInteger), Column("socket_min_per_day", BigInteger), Column("phone_last4_digest", String),
    Column("bottles_per_day", BigInteger), Column("role", String), Column("duress_digest", String),
)  # fmt: skip

ROSTER = Table(
    "roster", METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger), Column("salt", String), Column("offline_allowance", String),
)  # fmt: skip

TOKENS = Table(
    "tokens", METADATA,
    Column("sha256", String, primary_key=True), Column("name", String), Column("made_ms", BigInteger), Column("role", String),
)  # fmt: skip

USERS = Table(
    "users", METADATA,
    Column("name", String, primary_key=True), Column("role", String), Column("districts", Text), Column("password", String),
    Column("made_ms", BigInteger), Column("password_ms", BigInteger), Column("login_ms", BigInteger),
)  # fmt: skip

LOGINS = Table(
    "logins", METADATA,
    Column("sha256", String, primary_key=True), Column("name", String),
    Column("until_ms", BigInteger), Column("ends_ms", BigInteger), Column("stepped_ms", BigInteger),
)  # fmt: skip

AUDIT = Table(
    "audit", METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger), Column("who", String), Column("act", String), Column("target", String), Column("detail", Text),
    Column("previous", String), Column("sha256", String),
)  # fmt: skip

FACES = Table(
    "faces", METADATA,
    Column("station", String, primary_key=True), Column("person", String, primary_key=True),
    Column("epoch", String), Column("seq", BigInteger), Column("kept", BigInteger), Column("consent", String),
    Column("notice", String), Column("language", String), Column("taken_by", String), Column("used", BigInteger),
    Column("flagged", BigInteger), Column("said_ms", BigInteger), Column("enrolled_ms", BigInteger),
    Column("forgotten_ms", BigInteger), Column("receipt", String), Column("reason", String),
    Column("said_seq", BigInteger), Column("notice_seq", BigInteger), Column("kept_seq", BigInteger), Column("enrolled_seq", BigInteger),
)  # fmt: skip

FACE_WITHDRAWALS = Table(
    "face_withdrawals", METADATA,
    Column("person", String, primary_key=True), Column("asked_ms", BigInteger),
)  # fmt: skip

TICKET_KEYS = Table(
    "ticket_keys", METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False), Column("public_key", String),
)  # fmt: skip

PHONE_SESSIONS = Table(
    "phone_sessions", METADATA,
    Column("sha256", String, primary_key=True), Column("person", String), Column("code_sha256", String),
    Column("made_ms", BigInteger), Column("until_ms", BigInteger),
)  # fmt: skip

QUOTA_SHARES = Table(
    "quota_shares", METADATA,
    Column("day", String, primary_key=True), Column("person", String, primary_key=True), Column("what", String, primary_key=True),
    Column("station", String, primary_key=True), Column("epoch", String, primary_key=True),
    Column("number", BigInteger), Column("upto", BigInteger), Column("spent", BigInteger), Column("quota", BigInteger),
)  # fmt: skip

WORKERS = Table(
    "workers", METADATA,
    Column("worker", String, primary_key=True),
    Column("instance", String), Column("shards", String), Column("started_ms", BigInteger), Column("beat_ms", BigInteger),
    Column("connected_ms", BigInteger), Column("counters", Text),
)  # fmt: skip

ALERTS = Table(
    "alerts", METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("fingerprint", String), Column("name", String), Column("severity", String), Column("station", String), Column("district", String),
    Column("summary", String), Column("todo", String), Column("summary_zh", String), Column("todo_zh", String), Column("link", String),
    Column("since_ms", BigInteger), Column("until_ms", BigInteger), Column("heard_ms", BigInteger),
    Column("seen_by", String), Column("seen_ms", BigInteger),
)  # fmt: skip

SERIES_CURSORS = Table(
    "series_cursors", METADATA,
    Column("name", String, primary_key=True), Column("fact", BigInteger), Column("changed_ms", BigInteger),
)  # fmt: skip

SERIES_HOLDERS = Table(
    "series_holders", METADATA,
    Column("name", String, primary_key=True), Column("holder", String), Column("until_ms", BigInteger),
)  # fmt: skip

TRUST_ROOTS = Table(
    "trust_roots", METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False), Column("signed", Text), Column("put_ms", BigInteger),
)  # fmt: skip

TRUST_DELEGATIONS = Table(
    "trust_delegations", METADATA,
    Column("sha256", String, primary_key=True), Column("signed", Text), Column("put_ms", BigInteger),
)  # fmt: skip

ROOTED_STATIONS = Table(
    "rooted_stations", METADATA,
    Column("station", String, primary_key=True), Column("root", BigInteger),
)  # fmt: skip

ORDERS = Table(
    "orders", METADATA,
    Column("id", String, primary_key=True),
    Column("station", String), Column("kind", String), Column("minutes", BigInteger), Column("operator", String), Column("reason", String),
    Column("state", String), Column("words", String), Column("flaw", String), Column("asked_ms", BigInteger), Column("changed_ms", BigInteger),
)  # fmt: skip

ORDER_ANSWERS = Table(
    "order_answers", METADATA,
    Column("order_id", String, primary_key=True), Column("step", String, primary_key=True), Column("data", Text),
)  # fmt: skip

ROLLOUTS = Table(
    "rollouts", METADATA,
    Column("id", String, primary_key=True), Column("name", String), Column("who", String), Column("reason", String), Column("release", String),
    Column("options", Text), Column("made_ms", BigInteger), Column("state", String), Column("wave", BigInteger), Column("lines", Text),
)  # fmt: skip

ROLLOUT_SEATS = Table(
    "rollout_seats", METADATA,
    Column("rollout", String, primary_key=True), Column("station", String, primary_key=True), Column("district", String), Column("grade", String),
    Column("version", BigInteger), Column("sha256", String), Column("undo_sha256", String), Column("wave", BigInteger), Column("state", String),
    Column("since_ms", BigInteger), Column("published", String), Column("due", String), Column("touched_ms", BigInteger),
    Column("again_ms", BigInteger), Column("settled", BigInteger), Column("reason", String),
)  # fmt: skip

ROLLOUT_HISTORY = Table(
    "rollout_history", METADATA,
    Column("id", BigInteger, primary_key=True), Column("rollout", String), Column("at_ms", BigInteger),
    Column("who", String), Column("what", String), Column("why", String), Column("result", String),
)  # fmt: skip

CONFIG_DOCUMENTS = Table(
    "config_documents", METADATA,
    Column("rollout", String, primary_key=True), Column("station", String, primary_key=True), Column("paper", String, primary_key=True),
    Column("version", BigInteger), Column("sha256", String), Column("release", String), Column("document", Text), Column("published_ms", BigInteger),
)  # fmt: skip

CONFIG_REPORTS = Table(
    "config_reports", METADATA,
    Column("station", String, primary_key=True), Column("version", BigInteger), Column("sha256", String), Column("phase", String),
    Column("reason", String), Column("flaw", String), Column("in_force_version", BigInteger), Column("in_force_sha256", String),
    Column("confirmed_version", BigInteger), Column("confirmed_sha256", String), Column("root", BigInteger), Column("level", BigInteger),
    Column("at_ms", BigInteger), Column("received_ms", BigInteger),
)  # fmt: skip
