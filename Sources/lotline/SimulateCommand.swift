internal import ArgumentParser
internal import CommandSupport
internal import DeviceSimulator
internal import MarkedYAML
internal import Profiles
internal import Telemetry
internal import TransportSecurity

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Play the devices that profiles describe, so that they can be tried with no machine.",
    discussion: """
      Values move as on a machine: an oven's zones around their setpoints, its belt, a lot passing \
      through. Several profiles share one address, each with a unit number after @.

      EXAMPLES
        lotline simulate reflow-oven-10-zone --tcp 127.0.0.1:15020
        lotline simulate gearbox-test-rig@12 \\
          temperature-humidity-transmitter@11 --rtu /tmp/rs485
        lotline simulate reflow-oven-10-zone --tls 127.0.0.1:8802 --certificate device.pem \\
          --key device.key --trust authority.pem
        lotline simulate servo-drive@3 --rtu-over-tcp 127.0.0.1:14001 --baud 9600
        lotline simulate oxygen-analyser --serial /tmp/oxygen
        lotline simulate reflow-oven-10-zone --tcp 127.0.0.1:15020 \\
          --faults faults.yaml --fault 'silence@10s..20s, units: [1]'

      What can go wrong, and how a file says it: Documentation/simulate.md.
      """
  )

  @Argument(help: "Profiles, by name or file; PROFILE@UNIT sets the Modbus unit.")
  var devices: [String]
  @Option(help: ArgumentHelp("Serve Modbus TCP at this address.", valueName: "host:port"))
  var tcp: String?
  @Option(
    help: ArgumentHelp(
      "Serve Modbus/TCP Security at this address: Modbus TCP over TLS.",
      valueName: "host[:port]"
    )
  )
  var tls: String?
  @OptionGroup var credentials: CredentialOptions
  @Option(
    name: .customLong("rtu-over-tcp"),
    help: ArgumentHelp(
      "Be a serial device server at this address: Modbus RTU over TCP.",
      valueName: "host:port"
    )
  )
  var rtuOverTCP: String?
  @Option(
    help: ArgumentHelp(
      "Serve Modbus RTU on a pseudo terminal that appears under this path.",
      valueName: "path"
    )
  )
  var rtu: String?
  @Option(
    help: ArgumentHelp(
      "Be a serial instrument on a pseudo terminal that appears under this path.",
      valueName: "path"
    )
  )
  var serial: String?
  @Option(
    help: ArgumentHelp(
      "Behave like a line of this speed: bytes come and go no faster; for --rtu and --rtu-over-tcp.",
      valueName: "rate"
    )
  )
  var baud: Int?
  @Option(help: "Seed of noise and faults: another seed, other ones.") var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp("Let go wrong what this file lists, at its times.", valueName: "file")
  )
  var faults: String?
  @Option(
    help: ArgumentHelp(
      "Let one thing go wrong: WHAT@FROM..TO, KEY: VALUE, …; may be repeated.",
      valueName: "fault"
    )
  )
  var fault: [String] = []
  @OptionGroup var folder: ProfilesOption

  func validate() throws {
    try credentials.validate(tls: tls)
    guard [tcp, tls, rtuOverTCP, rtu, serial].compactMap({ $0 }).count == 1 else {
      throw ValidationError(
        "Say where to serve: one of --tcp, --tls, --rtu-over-tcp, --rtu and --serial."
      )
    }
    if let baud, baud < 300 || (rtu ?? rtuOverTCP) == nil {
      throw ValidationError("--baud is 300 or more, and goes with --rtu and --rtu-over-tcp.")
    }
  }

  func run() async throws {
    let options = SimulationOptions(
      devices: try devices.map(device),
      carrier: try carrier(),
      seed: seed,
      faults: try script()
    )
    let simulation: Simulation
    do {
      simulation = try Simulation(options, time: SystemTime())
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
    do {
      try await untilInterrupted {
        try await simulation.run { client in
          Terminal.line("Client \(client.words)")
        } onReady: { address in
          Terminal.line("Simulating \(address). Ctrl-C stops.")
        }
      }
    } catch {
      throw CommandFailure(.cannotCreate, "\(error)")
    }
  }

  /// The faults of the file, then those of the command line.
  private func script() throws -> FaultScript {
    let readings =
      [faults].compactMap(\.self).map(FaultScriptReader.read(file:))
      + fault.enumerated().map { FaultScriptReader.read(option: $1, number: $0 + 1) }
    let findings = readings.flatMap(\.findings)
    for finding in findings { Terminal.line(FindingReport.line(finding)) }
    if findings.contains(where: { $0.severity == .error }) {
      throw ExitCode(ExitStatus.findings.rawValue)
    }
    return FaultScript(readings.flatMap(\.faults))
  }

  private func device(_ text: String) throws -> SimulationOptions.Device {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let profile = try folder.profile(String(parts[0]))
    guard parts.count == 2 else { return SimulationOptions.Device(profile: profile) }
    return SimulationOptions.Device(profile: profile, unit: try UnitID(argument: parts[1]))
  }

  private func carrier() throws -> SimulationOptions.Carrier {
    if let rtu { return .rtu(link: rtu, baud: baud) }
    if let serial { return .serial(link: serial) }
    if let tls {
      return .tls(try CredentialOptions.address(tls), try credentials.files())
    }
    if let rtuOverTCP { return .rtuOverTCP(try Self.endpoint(rtuOverTCP), baud: baud) }
    return .tcp(try Self.endpoint(tcp ?? ""))
  }

  private static func endpoint(_ text: String) throws -> Endpoint {
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
      let port = UInt16(text[text.index(after: colon)...])
    else {
      throw CommandFailure(.usage, "'\(text)' is not an address: use HOST:PORT, 127.0.0.1:1502")
    }
    return Endpoint(host: String(text[..<colon]), port: Int(port))
  }
}
