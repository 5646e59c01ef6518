import NIOCore
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// Against pymodbus behind Python's ssl, which is OpenSSL.
@Suite("TLS bus", .serialized)
struct TLSBusTests {
  private static let made = Result { try TestCertificates() }

  private let made: TestCertificates

  init() throws { made = try Self.made.get() }

  /// Runs pymodbus over TLS and gives its port.
  private func serve(
    _ certificate: String = "device",
    authority: String? = nil,
    version: String = "1.3"
  ) async throws -> (peer: PeerProcess, port: Int) {
    let peer = try PeerProcess(
      script: "modbus_server.py",
      [
        "tls", made.path("\(certificate).pem"), made.path("\(certificate).key"),
        authority ?? made.path("authority.pem"), version,
      ]
    )
    let ready = try await peer.line { $0.hasPrefix("ready") }
    return (peer, try #require(ready.split(separator: " ").last.flatMap { Int($0) }))
  }

  /// Runs openssl's own server, which says in alerts what it refuses, and gives its port.
  private func openssl(
    _ arguments: String...,
    authority: String? = nil
  ) async throws -> (peer: PeerProcess, port: Int) {
    let peer = try PeerProcess(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:0", "-cert", made.path("device.pem"), "-key",
        made.path("device.key"), "-CAfile", authority ?? made.path("authority.pem"), "-Verify", "1",
        "-verify_return_error",
      ] + arguments,
      isQuiet: true
    )
    let ready = try await peer.line { $0.hasPrefix("ACCEPT") }
    return (peer, try #require(ready.split(separator: ":").last.flatMap { Int($0) }))
  }

  private func bus(
    port: Int,
    host: String = "localhost",
    name: String? = nil,
    files: CredentialFiles? = nil,
    timeout: Duration = .seconds(10)
  ) throws -> any Bus {
    makeBus(
      .tls(
        SecureEndpoint(
          Endpoint(host: host, port: port),
          serverName: name,
          files: try files ?? made.files("agent")
        )
      ),
      timeout: timeout,
      firstTransaction: 7,
      time: SystemTime()
    )
  }

  /// What becomes of one request, with paths cut to names and the port to PORT.
  private func failure(_ bus: any Bus, port: Int) async throws -> String {
    let outcome = await bus.exchange(try asking([0]))[0]
    await bus.close()
    guard let failure = outcome.failure else { return "answered" }
    #expect(failure.cause == .noConnection)
    return failure.detail.replacing(made.prefix, with: "").replacing(
      ":\(port)",
      with: ":PORT"
    )
    .replacing(/on 20\d\d-\d\d-\d\d/, with: "on DAY")
    .replacing(/not 20\d\d-\d\d-\d\d/, with: "not DAY")
  }

  @Test("Values come over TLS 1.2 and 1.3", arguments: ["1.2", "1.3"])
  func values(version: String) async throws {
    let (peer, port) = try await serve(version: version)
    let bus = try bus(port: port)
    let addresses = (0..<20).map { UInt16($0 * 100) }
    let outcomes = await bus.exchange(try asking(addresses))
    #expect(
      outcomes.map(\.registers)
        == addresses.map { [$0 * 31 + 1_000, ($0 + 1) * 31 + 1_000] }
    )
    await bus.close()
    #expect(await bus.exchange(try asking([1])).map(\.registers) == [[1_031, 1_062]])
    await bus.close()
    withExtendedLifetime(peer) {}
  }

  @Test("An address in numbers is held to the addresses in the certificate")
  func address() async throws {
    try made.issue(
      "numbered",
      like: "device",
      days: 9,
      extensions: ["subjectAltName = IP:127.0.0.1"]
    )
    let (peer, port) = try await serve("numbered")
    let bus = try bus(port: port, host: "127.0.0.1")
    #expect(await bus.exchange(try asking([1])).map(\.registers) == [[1_031, 1_062]])
    await bus.close()
    withExtendedLifetime(peer) {}
  }

  @Test("A device with another name is refused, unless that name is written")
  func name() async throws {
    let (peer, port) = try await serve()
    let said = try await failure(bus(port: port, host: "127.0.0.1"), port: port)
    #expect(
      said
        == "the certificate of 127.0.0.1:PORT is for localhost, not for 127.0.0.1: is it the right "
        + "device? Then write server_name: localhost"
    )
    let bus = try bus(port: port, host: "127.0.0.1", name: "localhost")
    #expect(await bus.exchange(try asking([1])).map(\.registers) == [[1_031, 1_062]])
    await bus.close()
    withExtendedLifetime(peer) {}
  }

  @Test("A device whose certificate has expired is refused", arguments: ["1.2", "1.3"])
  func expired(version: String) async throws {
    let name = "expired-\(version)"
    try made.issue(name, like: "device", days: -1, extensions: ["subjectAltName = DNS:localhost"])
    let (peer, port) = try await serve(name, version: version)
    let said = try await failure(bus(port: port), port: port)
    #expect(
      said
        == "the certificate of localhost:PORT expired on DAY: renew it in the device, or set this "
        + "machine's clock if it is not DAY"
    )
    withExtendedLifetime(peer) {}
  }

  @Test("A device of an authority that is not trusted is refused", arguments: ["1.2", "1.3"])
  func unknownAuthority(version: String) async throws {
    let (peer, port) = try await serve(version: version)
    let files = try made.files("agent", trust: "agent.pem")
    let said = try await failure(bus(port: port, files: files), port: port)
    #expect(
      said
        == "the certificate of localhost:PORT was not issued by an authority in agent.pem: put the "
        + "certificate of the authority that issued it there"
    )
    withExtendedLifetime(peer) {}
  }

  @Test("A device that refuses our certificate is quoted", arguments: ["-tls1_2", "-tls1_3"])
  func refused(version: String) async throws {
    let other = try TestCertificates()
    let (peer, port) = try await openssl(version, authority: other.path("authority.pem"))
    let said = try await failure(bus(port: port), port: port)
    #expect(
      said
        == "localhost:PORT does not know the authority that issued our certificate agent.pem: "
        + "install that authority's certificate in the device"
    )
    withExtendedLifetime(peer) {}
  }

  @Test("A device that finds our certificate expired is quoted", arguments: ["-tls1_2", "-tls1_3"])
  func ownExpired(version: String) async throws {
    let name = "old-agent\(version)"
    try made.issue(name, like: "agent", days: -1, extensions: ["extendedKeyUsage = clientAuth"])
    let (peer, port) = try await openssl(version)
    let said = try await failure(bus(port: port, files: made.files(name)), port: port)
    #expect(
      said
        == "localhost:PORT refuses our certificate \(name).pem as expired: renew it, and see that "
        + "the device's clock is right"
    )
    withExtendedLifetime(peer) {}
  }

  @Test("A device that refuses our certificate without a word is told of all the same")
  func turnedAway() async throws {
    let other = try TestCertificates()
    let (peer, port) = try await serve(authority: other.path("authority.pem"))
    let said = try await failure(bus(port: port), port: port)
    // Whether TLS stood already depends on which packet came first.
    #expect(said.hasPrefix("localhost:PORT closed the connection"))
    #expect(said.contains("trust agent.pem"))
    withExtendedLifetime(peer) {}
  }

  @Test("A device that asks for no certificate is not read", arguments: ["1.2", "1.3"])
  func noDemand(version: String) async throws {
    let (peer, port) = try await serve(authority: "none", version: version)
    let said = try await failure(bus(port: port), port: port)
    #expect(
      said
        == "localhost:PORT does not ask for our certificate, so it would answer anybody: switch "
        + "client authentication (mutual TLS) on in the device"
    )
    withExtendedLifetime(peer) {}
  }

  @Test("A device with an older TLS only is refused")
  func oldVersion() async throws {
    let (peer, port) = try await openssl("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    let said = try await failure(bus(port: port), port: port)
    #expect(
      said
        == "localhost:PORT has only an older TLS than 1.2, which is not safe: update the device, or "
        + "use tcp on a network of its own"
    )
    withExtendedLifetime(peer) {}
  }

  @Test("A device that speaks something else says so")
  func otherProtocol() async throws {
    let server = try await ScriptedDeviceServer { _ in [] }
    try await server.perform([.say(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))])
    let said = try await failure(bus(port: server.port, host: "127.0.0.1"), port: server.port)
    #expect(
      said
        == "127.0.0.1:PORT does not speak TLS: is Modbus/TCP Security switched on in the device, "
        + "and is this its port (802)?"
    )
    try await server.stop()
  }

  @Test("A device that keeps silent in the handshake is given up after the timeout")
  func silent() async throws {
    let server = try await ScriptedDeviceServer { _ in [] }
    let bus = try bus(port: server.port, host: "127.0.0.1", timeout: .milliseconds(200))
    let said = try await failure(bus, port: server.port)
    #expect(
      said
        == "127.0.0.1:PORT did not answer in TLS within 200 ms: does it speak TLS on this port (802)?"
    )
    try await server.stop()
  }

  @Test("A device that hangs up in the handshake says so")
  func hangUp() async throws {
    let server = try await ScriptedDeviceServer { _ in [.hangUp] }
    let said = try await failure(bus(port: server.port, host: "127.0.0.1"), port: server.port)
    #expect(
      said
        == "127.0.0.1:PORT closed the connection while TLS began: does it speak TLS on this port, "
        + "and trust agent.pem?"
    )
    try await server.stop()
  }

  @Test("Files that do not fit fail every exchange with the sentence that the check has")
  func files() async throws {
    let files = try made.files("agent", key: "device")
    let said = try await failure(bus(port: 1, files: files), port: 1)
    #expect(
      said
        == "no TLS with localhost:PORT: device.key is not the key of agent.pem; name the key that "
        + "its request was made with"
    )
  }
}
