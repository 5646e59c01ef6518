"""A time-stamping authority (RFC 3161): `openssl ts` behind a small HTTP server.

    timestamp_authority.py FOLDER
    timestamp_authority.py FOLDER QUERY REPLY

FOLDER gets the keys and certificates, unless they are there; ca.pem is what tokens are checked by. The
second form answers the request in the file QUERY once, into the file REPLY. The first says "port N",
and then does to each request what the last line on its standard input says:

    good        answers as it should
    silent      takes the request and ends the connection without an answer
    html        answers with a proxy's page, with status 200
    busy        answers with status 503
    refuse      refuses, as RFC 3161 has it: the request's algorithm is none that it takes
    replay      answers with what it answered last
    imprint     answers to another imprint with the same nonce
"""
import http.server
import os
import subprocess
import sys
import threading

CONFIG = """
oid_section = oids
[oids]
policy = 1.3.6.1.4.1.13762.3
[tsa]
default_tsa = authority
[authority]
serial = serial
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = policy
digests = DIGESTS
accuracy = secs:1
clock_precision_digits = 3
tsa_name = yes
ess_cert_id_chain = no
[extensions]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""
PAGE = b"<html><body>Please sign in to the plant's network.</body></html>"


class Authority:
    def __init__(self, folder):
        self.folder, self.mode, self.last = folder, "good", None
        if os.path.exists(os.path.join(folder, "tsa.pem")):
            return
        for name, digests in (("good", "sha256"), ("refuse", "sha512")):
            with open(os.path.join(folder, name + ".cnf"), "w") as file:
                file.write(CONFIG.replace("DIGESTS", digests))
        with open(os.path.join(folder, "serial"), "w") as file:
            file.write("01\n")
        self.openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "ca.key", "-out",
                     "ca.pem", "-days", "30", "-subj", "/O=Test/CN=Test authority's root")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out",
                     "tsa.csr", "-subj", "/O=Test/CN=Test TSA")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days",
                     "30", "-extfile", "good.cnf", "-extensions", "extensions", "-out", "tsa.pem")

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], cwd=self.folder, check=True,
                              capture_output=True).stdout

    def reply(self, query):
        with open(os.path.join(self.folder, "query.tsq"), "wb") as file:
            file.write(query)
        config = "refuse.cnf" if self.mode == "refuse" else "good.cnf"
        return self.openssl("ts", "-reply", "-queryfile", "query.tsq", "-config", config)

    def answer(self, query):
        """Status, content type and body; None for no answer."""
        if self.mode == "silent":
            return None
        if self.mode == "html":
            return 200, "text/html", PAGE
        if self.mode == "busy":
            return 503, "text/plain", b"come again"
        if self.mode == "imprint":
            # The last byte of the hash; what follows it is the nonce and that a certificate is wanted.
            place = query.index(b"\x04\x20") + 33
            query = query[:place] + bytes([query[place] ^ 1]) + query[place + 1:]
        if self.mode != "replay" or self.last is None:
            self.last = self.reply(query)
        return 200, "application/timestamp-reply", self.last


def main(folder, query=None, reply=None):
    authority = Authority(folder)
    if query:
        with open(query, "rb") as file:
            answer = authority.reply(file.read())
        with open(reply, "wb") as file:
            file.write(answer)
        return

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Type"] != "application/timestamp-query":
                answer = 415, "text/plain", b"no timestamp query"
            else:
                answer = authority.answer(query)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("Content-Type", answer[1])
            self.send_header("Content-Length", str(len(answer[2])))
            self.end_headers()
            self.wfile.write(answer[2])

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"port {server.server_port}", flush=True)
    for line in sys.stdin:
        authority.mode = line.strip()
        print(f"mode {authority.mode}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
