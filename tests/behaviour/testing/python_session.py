"""A whole session of Python's IMAPClient, printed as one JSON value a line."""

import json
import sys
from datetime import datetime, timezone

from imapclient import FLAGGED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError


def plain(value):
    """The same in JSON: bytes as text, tuples and sets as lists, keys as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {str(plain(key)): plain(it) for key, it in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(it) for it in value)
    if isinstance(value, (list, tuple)):
        return [plain(it) for it in value]
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return value


def show(what, value):
    print(json.dumps([what, plain(value)], ensure_ascii=False), flush=True)


def connect():
    client = IMAPClient("127.0.0.1", port=int(sys.argv[1]), ssl=False, timeout=10)
    client.normalise_times = False
    client.login("ann", "secret")
    return client


wrong = IMAPClient("127.0.0.1", port=int(sys.argv[1]), ssl=False, timeout=10)
try:
    wrong.login("ann", "wrong")
except LoginError:
    show("wrong password", "LoginError")
wrong.shutdown()

client = connect()
show("capability", client.has_capability("IDLE"))
show("namespace", client.namespace())
client.create_folder("Übung/ä & b")
show("list", [(flags, name) for flags, _, name in client.list_folders()])
client.subscribe_folder("Sent")
show("subscribed", [name for _, _, name in client.list_sub_folders()])
show("special", client.find_special_folder(b"\\Sent"))
selected = client.select_folder("INBOX")
show("select", [selected[b"EXISTS"], selected[b"UIDNEXT"], selected[b"READ-WRITE"]])
when = datetime(2026, 5, 12, 7, 14, 32, tzinfo=timezone.utc)
mail = "Subject: four\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n"
show("append", client.append("INBOX", mail.encode(), [SEEN], when))
show("noop", client.noop()[1])
show("search", client.search(["SUBJECT", "t", "NOT", "SEEN"]))
show("search for text", client.search(["BODY", "Grüße"], "UTF-8"))
show("sort", client.sort("REVERSE SUBJECT"))
show("thread", client.thread())
fetched = client.fetch([2, 4], ["FLAGS", "INTERNALDATE", "ENVELOPE", "BODY.PEEK[]", "RFC822.SIZE"])
show("envelope", fetched[2][b"ENVELOPE"].subject)
show("date", fetched[4][b"INTERNALDATE"])
show("message", fetched[4][b"BODY[]"])
show("structure", client.fetch(4, ["BODYSTRUCTURE"])[4][b"BODYSTRUCTURE"])
show("store", client.add_flags([1, 2], [FLAGGED, b"$Own"]))
show("flags", client.remove_flags(2, [FLAGGED]))
show("copy", client.copy([1, 2], "Übung/ä & b"))
show("move", client.move([3], "Sent"))
client.delete_messages([1])
show("expunge", client.expunge())
client.delete_messages([2])
show("uid expunge", client.uid_expunge([4]))
show("left", client.search())
show("status", client.folder_status("Übung/ä & b", ["MESSAGES", "UNSEEN", "UIDNEXT"]))
show("modseq", sorted(client.fetch(4, ["MODSEQ"])[4]))

other = connect()
other.select_folder("INBOX")
client.idle()
other.append("INBOX", b"Subject: five\r\n\r\n")
other.add_flags(4, [FLAGGED])
other.delete_messages(2)
other.expunge()
news = []
while not any(it[1] == b"EXPUNGE" for it in news):
    news += client.idle_check(timeout=10)
show("idle", [it[:2] for it in news])
client.idle_done()
other.logout()

client.unselect_folder()
client.rename_folder("Übung/ä & b", "Übung/c")
client.delete_folder("Übung/c")
show("exists", [client.folder_exists("Übung"), client.folder_exists("Übung/c")])
try:
    client.select_folder("no such folder")
except IMAPClientAbortError:
    raise
except IMAPClientError as error:
    show("no such folder", str(error).split(":")[0])
show("logout", client.logout())
