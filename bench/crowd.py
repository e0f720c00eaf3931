"""Two hundred requests at once: how many are queued, and how soon the others are refused."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

CROWD = 200
LATER = 20
JOIN, LONG = "/gradio_api/call/sentiment", "/gradio_api/call/chat"


@dataclass(frozen=True)
class Joined:
    """One answer: its status, its words, and the seconds it took, the connection included."""

    status: int
    words: str
    seconds: float


async def join(url: str) -> Joined:
    """Ask for a sentiment, as little as a client can do: two hundred of a library's would take the server's time."""
    at = urlsplit(url)
    body = json.dumps({"data": ["A good one."]})
    head = f"POST {JOIN} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    answer = (await reader.read()).decode()
    seconds = time.monotonic() - began
    writer.close()
    return Joined(int(answer.split(" ", 2)[1]), answer.partition("\r\n\r\n")[2], seconds)


async def join_all(url: str) -> tuple[list[Joined], list[Joined]]:
    """The answers to `CROWD` calls that begin together, behind a reply that takes its time, and to `LATER` after them,
    one by one."""
    async with httpx.AsyncClient(base_url=url, timeout=120) as http:
        for path, data in ((JOIN, ["Warm."]), (LONG, ["Hi.", [], "", 1, 0])):
            warm = await http.post(path, json={"data": data})
            await http.get(f"{path}/{warm.json()['event_id']}")
        story = ["Tell me a very long story about the sea.", [], "", 256, 0]
        (await http.post(LONG, json={"data": story})).raise_for_status()
        # The queue takes a moment to begin with it, and until then it would count as waiting.
        await asyncio.sleep(1)
        together = await asyncio.gather(*(join(url) for _ in range(CROWD)))
        return together, [await join(url) for _ in range(LATER)]


def crowd(url: str) -> None:
    """Print how many were taken, and how long the refusals took."""
    together, later = asyncio.run(join_all(url))
    counts = Counter(answer.status for answer in together)
    print(f"{CROWD} joins at once: {counts[200]} wait, {counts[503]} refused, {CROWD - counts[200] - counts[503]} else")
    for title, answers in (("all at once", together), ("one by one after them", later)):
        refused = sorted(answer.seconds for answer in answers if answer.status == 503)
        if refused:
            times = ", ".join(f"{1000 * refused[int(share * (len(refused) - 1))]:.0f}" for share in (0.5, 0.95, 1))
            print(f"{len(refused)} refused {title}, after (median, p95, most) {times} ms")
    print(f"{next((answer.words for answer in together if answer.status == 503), '')}\n")
