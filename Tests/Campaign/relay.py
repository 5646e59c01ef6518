"""Stands between agent and hub, and passes HTTP exchanges on as the fault in force says."""

import asyncio
import json
import random
import threading

PAGE = b"<html><body>Please sign in to use the network.</body></html>"


class Relay:
    """Runs on a thread of its own; `fault` may be changed at any time, `fired` counts by fault."""

    def __init__(self, port, target, seed=1):
        self.port, self.target = port, target
        self.fault, self.fired = "none", {}
        self.before = self.after = lambda: None
        self.chance = random.Random(seed)
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        threading.Thread(target=self.run, daemon=True).start()
        self.ready.wait(10)

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", self.port, limit=1 << 26))
        self.ready.set()
        self.loop.run_forever()

    def close(self):
        asyncio.run_coroutine_threadsafe(self.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)

    @staticmethod
    async def stop():
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def count(self, fault):
        self.fired[fault] = self.fired.get(fault, 0) + 1

    async def serve(self, reader, writer):
        try:
            while await self.exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ValueError, asyncio.CancelledError):
            # Somebody ended the exchange, or the relay is closed.
            pass
        finally:
            writer.transport.abort()

    async def exchange(self, reader, writer):
        """One request and what becomes of it; false when the connection ends with it."""
        fault = self.fault
        handler = getattr(self, "fault_" + fault.replace(" ", "_"))
        if fault == "cut":
            self.count(fault)
            return False
        head = await reader.readuntil(b"\r\n\r\n")
        if fault != "none":
            self.count(fault)
        if fault == "reset":
            await reader.read(max(length(head) // 2, 1))
            return False
        body = await reader.readexactly(length(head))
        return await handler(head, body, writer)

    async def ask(self, head, body):
        """The hub's answer: its head and body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            return answer, await reader.readexactly(length(answer))
        finally:
            writer.close()

    async def fault_none(self, head, body, writer):
        answer, content = await self.ask(head, body)
        writer.write(answer + content)
        await writer.drain()
        return True

    async def fault_cut(self, *_):
        return False

    async def fault_reset(self, *_):
        return False

    async def fault_half_open(self, *_):
        await asyncio.sleep(3_600)
        return False

    async def fault_slow(self, head, body, writer):
        answer, content = await self.ask(head, body)
        data = answer + content
        for place in range(0, len(data), 16):
            writer.write(data[place:place + 16])
            await writer.drain()
            await asyncio.sleep(0.02)
        return True

    async def fault_late(self, head, body, writer):
        answer, content = await self.ask(head, body)
        await asyncio.sleep(2)
        writer.write(answer + content)
        await writer.drain()
        return True

    async def fault_lost_answer(self, head, body, writer):
        del writer
        await self.ask(head, body)
        return False

    async def fault_twice(self, head, body, writer):
        """The hub hears everything twice, and so does the agent."""
        await self.ask(head, body)
        answer, content = await self.ask(head, body)
        writer.write((answer + content) * 2)
        await writer.drain()
        return True

    async def fault_wrong_answer(self, head, body, writer):
        _, content = await self.ask(head, body)
        try:
            mark = json.loads(content)
        except ValueError:
            mark = {}
        lies = [{**mark, "seq": mark.get("seq", 0) + 1_000}, {**mark, "root": "ab" * 32},
                {**mark, "seq": 0, "agent": "another"}, {**mark, "seq": "12"}, [], {},
                {**mark, "journal": "0" * 32}, {**mark, "seq": mark.get("seq", 0) + 1}]
        text = json.dumps(self.chance.choice(lies)).encode()
        if self.chance.random() < 0.2:
            text = text[:-1]
        return await self.say(writer, b"200 OK", b"application/json", text)

    async def fault_proxy_page(self, head, body, writer):
        del head, body
        status = self.chance.choice([b"200 OK", b"502 Bad Gateway", b"407 Proxy Authentication "
                                     b"Required", b"302 Found\r\nLocation: http://127.0.0.1:9/"])
        return await self.say(writer, status, b"text/html", PAGE)

    async def fault_hub_killed_before(self, head, body, writer):
        del head, body, writer
        self.before()
        return False

    async def fault_hub_killed_after(self, head, body, writer):
        """The hub dies at some moment between the request's arrival and its answer."""
        del writer
        task = asyncio.ensure_future(self.ask(head, body))
        await asyncio.sleep(self.chance.uniform(0, 0.03))
        self.after()
        try:
            await task
        except (OSError, asyncio.IncompleteReadError):
            pass
        return False

    @staticmethod
    async def say(writer, status, kind, body):
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: "
                     + str(len(body)).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        return True


def length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    if b"transfer-encoding" in head.lower():
        raise ValueError("chunks are not expected here")
    return 0
