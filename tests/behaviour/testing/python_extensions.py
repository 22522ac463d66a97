"""Extensions spoken by Python's imaplib and zlib, printed as one JSON value a line."""

import imaplib
import json
import re
import select
import sys
import zlib

# imaplib refuses commands that it does not know.
NEW = ["COMPRESS", "NOTIFY", "REPLACE", "GENURLAUTH", "URLFETCH", "RESETKEY"]
imaplib.Commands.update({name: ("AUTH", "SELECTED") for name in NEW})


class Client(imaplib.IMAP4):
    """An imaplib client that can compress (RFC 4978), and send literals where they belong."""

    deflater = None
    received = 0

    def compress(self):
        """COMPRESS; everything after its OK is compressed, each way for itself."""
        answer = self._simple_command("COMPRESS", "DEFLATE")
        assert not select.select([self.sock], [], [], 0)[0], "nothing may come before it is needed"
        self.deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.inflater = zlib.decompressobj(-15)
        self.plain = b""
        return answer

    def more(self):
        """Inflates what comes next."""
        data = self.sock.recv(65536)
        if not data:
            raise self.abort("the end")
        self.received += len(data)
        self.plain += self.inflater.decompress(data)

    def read(self, size):
        """Reads so many bytes."""
        if self.deflater is None:
            return super().read(size)
        while len(self.plain) < size:
            self.more()
        found, self.plain = self.plain[:size], self.plain[size:]
        return found

    def readline(self):
        """Reads a line."""
        if self.deflater is None:
            return super().readline()
        while b"\n" not in self.plain:
            self.more()
        return self.read(self.plain.index(b"\n") + 1)

    def send(self, data):
        """Sends bytes, so that the other side can read them all."""
        if self.deflater is not None:
            data = self.deflater.compress(data) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        super().send(data)

    def pieces(self, *pieces):
        """Sends a command in pieces; the server asks for each but the first."""
        tag = self._new_tag()
        for at, piece in enumerate(pieces):
            if at > 0:
                line = self.readline()
                if not line.startswith(b"+ "):
                    return line.strip().split(b" ", 1)[1]
            self.send((tag + b" " if at == 0 else b"") + piece + b"\r\n")
        while True:
            line = self.readline().strip()
            if line.startswith(tag):
                return line.split(b" ", 1)[1]

    def raw(self, command):
        """Sends a command, and returns all lines of the answer."""
        tag = self._new_tag()
        self.send(tag + b" " + command + b"\r\n")
        return self.answer(tag)

    def answer(self, end):
        """The lines of what comes, with their literals, up to a line that begins so."""
        lines = []
        while True:
            line = self.readline()
            while literal := re.search(rb"\{(\d+)\}\r\n$", line):
                line += self.read(int(literal[1])) + self.readline()
            if line.startswith(end):
                return lines + [line[len(end):].strip()]
            lines.append(line.rstrip(b"\r\n"))


def plain(value):
    """The same in JSON: bytes as text, tuples as lists."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (list, tuple)):
        return [plain(it) for it in value]
    return value


def show(what, value):
    print(json.dumps([what, plain(value)], ensure_ascii=False), flush=True)


def connect(compressed=False):
    client = Client("127.0.0.1", int(sys.argv[1]), timeout=10)
    client.login("ann", "secret")
    if compressed:
        assert client.compress()[0] == "OK"
    return client


def body(client, uid):
    """A message, by UID."""
    answer = client.raw(b"UID FETCH %d BODY.PEEK[]" % uid)
    return re.search(rb"BODY\[\] ~?\{\d+\}\r\n(.*)\)$", answer[0], re.S)[1]


# COMPRESS
client = connect()
show("compress", client.compress()[0])
show("twice", client.raw(b"COMPRESS DEFLATE")[-1].split()[0])
letter = b"Subject: long\r\n\r\n" + b"".join(b"Line %d\r\n" % i for i in range(20_000))
show("long append", client.append("INBOX", None, None, letter)[0])
show("select", client.select("INBOX"))
before = client.received
show("long fetch", [body(client, 4) == letter, (client.received - before) * 2 < len(letter)])
show("search", client.search(None, "SUBJECT", "long"))
other = connect()
tag = client._new_tag()
client.send(tag + b" IDLE\r\n")
client.answer(b"+")
other.append("INBOX", None, None, b"Subject: five\r\n\r\n")
show("compressed idle", client.answer(b"* 5 EXISTS")[-1])
client.send(b"DONE\r\n")
client.answer(tag)
other.logout()

# BINARY, literal8
mail = (
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nplain\r\n--x\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nYQBi\r\n--x--\r\n"
)
show("append", client.append("INBOX", None, None, mail)[0])
show("binary", client.raw(b"UID FETCH 6 (BINARY.SIZE[2] BINARY.PEEK[1] BINARY.PEEK[1]<1.3>)")[0])
show("a NUL", re.sub(rb"\0", b"NUL", client.raw(b"UID FETCH 6 BINARY.PEEK[2]")[0]))
show("literal8", client.pieces(b"APPEND INBOX ~{14}", b"Subject: 7\r\n\0\0"))
show("literal8+", client.raw(b"APPEND INBOX ~{14+}\r\nSubject: 8\r\n\0\0")[-1])
show("a NUL in a literal", client.pieces(b"APPEND INBOX {2}", b"\0\0"))
show("literal8 stored", [body(client, uid).count(b"\0") for uid in (7, 8)])

# CATENATE, each piece asked for or not
part = b"URL \"/INBOX/;UID=6/;SECTION=1\""
head = b"APPEND INBOX (\\Draft) CATENATE (TEXT {14}"
show("catenate", client.pieces(head, b"Subject: 9\r\n\r\n " + part + b" TEXT ~{2}", b"\0.)"))
whole = b"APPEND INBOX CATENATE (TEXT {14+}\r\nSubject: 10\r\n\n " + part + b")"
show("catenate at once", client.raw(whole)[-1])
show("catenated", [body(client, uid) for uid in (9, 10)])
show("no such part", client.raw(b"APPEND INBOX CATENATE (URL \"/INBOX/;UID=99\")")[-1])

# REPLACE
client.noop()
show("replace", client.raw(b"UID REPLACE 10 INBOX (\\Seen) {13+}\r\nSubject: 11\r\n"))
show("replace by number", client.pieces(b"REPLACE 9 Sent {14}", b"Subject: sent\n"))
show("nothing to replace", client.pieces(b"UID REPLACE 99 INBOX {3}", b"abc"))
show("left", client.uid("SEARCH", "ALL")[1])

# URLAUTH, URLAUTH=BINARY
rump = b"imap://ann@mail.test/INBOX/;uid=6/;section=2;urlauth=user+ann"
url = client.raw(b'GENURLAUTH "%s" INTERNAL' % rump)[0].split(b" ")[2]
show("token", [url.startswith(rump + b":INTERNAL:"), len(url.split(b":")[-1]) >= 32])
show("no such folder", client.raw(b'GENURLAUTH "%s" INTERNAL' % rump.replace(b"INBOX", b"x"))[-1])
answer = client.raw(b'URLFETCH "%s" (%s BINARY BODYPARTSTRUCTURE) "%s0"' % (url, url, url))[0]
show("urlfetch", answer.replace(url, b"URL").replace(b"\0", b"NUL"))
show("resetkey", client.raw(b"RESETKEY INBOX"))
show("revoked", client.raw(b'URLFETCH "%s"' % url)[0].replace(url, b"URL"))

# WITHIN, SEARCH=FUZZY
show("within", [client.search(None, key, "3600")[1] for key in ("OLDER", "YOUNGER")])
show("fuzzy", client.raw(b"SEARCH RETURN (ALL RELEVANCY) FUZZY (SUBJECT long)")[0].split(b") ", 1)[1])
show("fuzzy sort", client.raw(b"SORT (RELEVANCY SUBJECT) US-ASCII FUZZY SUBJECT t")[0])
show("not fuzzy", client.raw(b"SEARCH RETURN (RELEVANCY) SUBJECT long")[-1])

# NOTIFY
client.raw(b"UNSELECT")
notify = b"NOTIFY SET STATUS (PERSONAL (MessageNew MessageExpunge MailboxName))"
show("notify", client.raw(notify))
other = connect(compressed=True)
other.append("Sent", None, None, b"Subject: new\r\n\r\n")
show("new mail", client.answer(b'* STATUS "Sent" ')[-1])
other.create("New")
show("new folder", client.answer(b"* LIST ")[-1])
show("flags", client.raw(b"NOTIFY SET STATUS (MAILBOXES Sent (MessageNew MessageExpunge FlagChange))"))
other.select("Sent")
other.store("1", "+FLAGS", r"\Seen")
show("flag change", client.answer(b'* STATUS "Sent" ')[-1])
client.raw(b"ENABLE CONDSTORE")
other.store("1", "-FLAGS", r"\Seen")
show("flag change with CONDSTORE", client.answer(b'* STATUS "Sent" ')[-1])
other.close()
show("no such event", client.raw(b"NOTIFY SET (PERSONAL (ServerMetadataChange))")[-1])
show("notify none", client.raw(b"NOTIFY NONE")[-1])
other.delete("New")
show("nothing more", client.raw(b"NOOP"))
other.logout()
show("logout", client.logout()[0])
