from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time

import pytest

from auditor.errors import Unavailable
from auditor.probes.net import resolve
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.net.traffic import Traffic

from .running import run
from .servers import serve, silent


def dialer(resolve=None, source="", concurrency=8):
    return Dialer(resolve or {}, source, concurrency, Traffic(10))


def connecting(*args, **options) -> Unreachable:
    async def main():
        one = args[0]
        with pytest.raises(Unreachable) as caught:
            async with one.connection(*args[1:], **options):
                pass
        # its place was given back
        for _ in range(20):
            async with asyncio.timeout(1):
                await one.places(args[1]).take()
                one.places(args[1]).give_back()
        return caught.value

    return run(main())


@pytest.fixture
def dns(monkeypatch):
    """Answers look-ups from a table, and notes them."""
    names: dict[str, object] = {}
    asked: list[str] = []

    def getaddrinfo(host, *_args, **_options):
        asked.append(host)
        found = names.get(host, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
        if isinstance(found, Exception):
            raise found
        return [(0, 0, 0, "", (address, 0)) for address in found]

    monkeypatch.setattr(resolve.socket, "getaddrinfo", getaddrinfo)
    names["asked"] = asked
    return names


class TestAddresses:
    def test_overrides_win_in_any_spelling(self, dns):
        one = dialer({"API.example.com": "127.0.0.9", "six.example": "[::1]"})
        for name in ("api.example.com", "Api.Example.COM", "api.example.com."):
            assert run(one.addresses(name, 443)) == ("127.0.0.9",)
        assert run(one.addresses("six.example", 443)) == ("::1",)
        assert dns["asked"] == []

    def test_an_override_may_be_another_name(self, dns):
        dns["staging.example"] = ["127.0.0.3"]
        assert run(dialer({"api.example": "staging.example"}).addresses("api.example", 1)) == ("127.0.0.3",)

    @pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("[::1]", "::1")])
    def test_addresses_stand_for_themselves(self, dns, host, address):
        assert run(dialer().addresses(host, 1)) == (address,)
        assert dns["asked"] == []

    def test_in_order_once_each_and_asked_once(self, dns):
        dns["two.example"] = ["::1", "127.0.0.1", "::1"]
        one = dialer()
        assert run(one.addresses("two.example", 1)) == ("::1", "127.0.0.1")
        assert run(one.addresses("Two.example", 2)) == ("::1", "127.0.0.1")
        assert dns["asked"] == ["two.example"]

    @pytest.mark.parametrize("host", ["no.example", "a" * 64 + ".example", "a..b", "nul\0.example"])
    def test_no_such_name(self, host):
        with pytest.raises(Unreachable) as caught:
            run(dialer().addresses(host, 1))
        assert caught.value.kind is Failure.DNS
        assert caught.value.reason.startswith(f"the name {host} does not resolve (")
        assert "[env.*.resolve]" in caught.value.hint

    def test_failures_are_asked_again(self, dns):
        one = dialer()
        with pytest.raises(Unreachable):
            run(one.addresses("late.example", 1))
        dns["late.example"] = ["127.0.0.1"]
        assert run(one.addresses("late.example", 1)) == ("127.0.0.1",)

    def test_a_dns_that_hangs_delays_neither_the_answer_nor_the_exit(self):
        program = (
            "import asyncio, socket, time\n"
            "from auditor.probes.net.dial import Dialer\n"
            "from auditor.probes.net.traffic import Traffic\n"
            "socket.getaddrinfo = lambda *a, **k: time.sleep(60)\n"
            "try:\n    asyncio.run(Dialer({}, '', 1, Traffic(1)).addresses('slow.example', 1, timeout=0.2))\n"
            "except Exception as error:\n    print(error)\n"
        )
        started = time.monotonic()
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50)
        assert done.stdout == "the name slow.example does not resolve (no answer from DNS within 0.2 s)\n"
        assert done.stderr == ""
        assert time.monotonic() - started < 20


class TestThreads:
    def test_results_and_errors_come_back(self):
        assert run(in_daemon_thread(divmod, 7, 2)) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            run(in_daemon_thread(divmod, 7, 0))

    def test_nobody_waits_any_more(self):
        async def main():
            import threading

            go = threading.Event()
            task = asyncio.create_task(in_daemon_thread(go.wait, 5))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            go.set()

        run(main())


class TestConnections:
    def test_open_and_cut(self):
        async def main():
            async with serve(silent) as server:
                one = dialer()
                async with one.connection("127.0.0.1", server.port) as (_, writer):
                    writer.write(b"x")
                    await writer.drain()
                assert (one.traffic.connections, one.traffic.connections_by_host) == (1, {"127.0.0.1": 1})
                assert writer.is_closing()

        run(main())

    def test_from_the_source_address(self):
        async def main():
            async with serve() as server:
                async with dialer(source="127.0.0.2").connection("127.0.0.1", server.port):
                    await server.met(1)
                assert server.peers == ["127.0.0.2"]

        run(main())

    def test_refused(self):
        async def free_port():
            async with serve() as server:
                return server.port

        port = run(free_port())
        error = connecting(dialer({"api.example.com": "127.0.0.1"}), "api.example.com", port)
        assert error.kind is Failure.REFUSED
        assert error.reason == f"connection refused by 127.0.0.1:{port} (api.example.com)"

    def test_no_answer(self):
        # a full accept queue drops what comes, as a firewall does
        with socket.socket() as server, socket.socket() as first:
            server.bind(("127.0.0.1", 0))
            server.listen(0)
            first.connect(server.getsockname())
            port = server.getsockname()[1]
            started = time.monotonic()
            error = connecting(dialer(), "127.0.0.1", port, timeout=0.3)
            assert time.monotonic() - started < 3
        assert error.kind is Failure.TIMEOUT
        assert error.reason == f"no answer from 127.0.0.1:{port} within 0.3 s"

    def test_a_source_address_of_another_machine(self):
        error = connecting(dialer(source="192.0.2.1"), "127.0.0.1", 80)
        assert error.kind is Failure.LOCAL
        assert error.reason == "cannot connect from source address 192.0.2.1: Cannot assign requested address"
        assert "source_address" in error.hint

    def test_a_source_address_of_another_family(self):
        error = connecting(dialer({"six.example": "::1"}, "127.0.0.2"), "six.example", 80)
        assert error.kind is Failure.LOCAL
        assert error.reason == (
            "cannot connect from source address 127.0.0.2: six.example has no IPv4 address, only ::1"
        )

    def test_a_source_address_that_is_none(self):
        with pytest.raises(Unavailable, match="the source address 'eth0' is not an address"):
            dialer(source="eth0")

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")

        async def main():
            async with serve(silent, host="::1") as server:
                async with dialer({"six.example": "::1"}, "::1").connection("six.example", server.port) as (_, writer):
                    assert writer.get_extra_info("peername")[0] == "::1"
                return server.port

        port = run(main())
        error = connecting(dialer({"six.example": "::1"}), "six.example", port)
        assert error.reason == f"connection refused by [::1]:{port} (six.example)"

    def test_the_next_address_is_tried(self, dns):
        async def main():
            async with serve() as server:
                dns["two.example"] = ["::1", "127.0.0.7", "127.0.0.1"]
                async with dialer().connection("two.example", server.port) as (_, writer):
                    assert writer.get_extra_info("peername") == ("127.0.0.1", server.port)

        run(main())

    def test_the_family_of_the_source_address_chooses(self, dns):
        async def main():
            async with serve() as server:
                dns["two.example"] = ["::1", "127.0.0.1"]
                async with dialer(source="127.0.0.2").connection("two.example", server.port) as (_, writer):
                    assert writer.get_extra_info("sockname")[0] == "127.0.0.2"

        run(main())

    def test_one_address_of_several(self, dns):
        dns["two.example"] = ["127.0.0.1", "127.0.0.2"]

        async def main():
            async with serve(host="127.0.0.2") as server:
                one = dialer().connection("two.example", server.port, address="127.0.0.2")
                async with one as (_, writer):
                    assert writer.get_extra_info("peername")[0] == "127.0.0.2"

        run(main())

    @pytest.mark.parametrize("port", [0, -1, 65536])
    def test_no_such_port(self, port):
        assert connecting(dialer(), "127.0.0.1", port).kind is Failure.LOCAL

    def test_no_more_at_once_than_places_whatever_the_port(self):
        async def main():
            async with serve(silent) as one, serve(silent) as other:
                d = dialer(concurrency=2)
                entered = 0

                async def hold(server):
                    nonlocal entered
                    async with d.connection("127.0.0.1", server.port):
                        entered += 1
                        assert one.open + other.open <= 2
                        await asyncio.sleep(0)

                await asyncio.gather(*(hold(server) for server in (one, other) * 10))
                assert entered == 20
                assert max(one.peak, other.peak) <= 2

        run(main())

    def test_waiting_for_a_place_is_not_the_servers_time(self):
        async def main():
            async with serve(silent) as server:
                d = dialer(concurrency=1)

                async def hold(seconds):
                    async with d.connection("127.0.0.1", server.port, timeout=0.2):
                        await asyncio.sleep(seconds)

                await asyncio.gather(hold(0.5), hold(0))

        run(main())

    def test_cancelled_while_connecting(self):
        with socket.socket() as server, socket.socket() as first:
            server.bind(("127.0.0.1", 0))
            server.listen(0)
            first.connect(server.getsockname())

            async def main():
                d = dialer(concurrency=1)
                for _ in range(3):
                    with pytest.raises(TimeoutError):
                        async with asyncio.timeout(0.05), d.connection(*server.getsockname()):
                            pass

            run(main())


def test_what_is_written_goes_out_at_once():
    """Otherwise the second of two small writes waits for the other side's delayed acknowledgement: 40 ms."""

    async def main():
        async with serve(silent) as server, dialer().connection("127.0.0.1", server.port) as (_, writer):
            return writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert run(main()) != 0
