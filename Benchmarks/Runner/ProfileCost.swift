internal import ArgumentParser
internal import Foundation
internal import Profiles
internal import Telemetry

struct ProfilesFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles",
    abstract: "Checks, expands and plans a profile of 2,000 signals: time and memory."
  )

  @Option(help: "Runs of each step; the median counts.") var runs = 9
  @Option(help: .hidden) var step: ProfileCost.Step?
  @Option(help: .hidden) var file: String?

  func run() async throws {
    if let step, let file {
      // A process of its own for each step, so that its peak of memory is that of the step.
      let seconds = try ProfileCost.seconds(of: step, file: file, runs: runs)
      print("\(seconds) \(ProcessMemory.peak.bytes())")
      return
    }
    let folder = try ScratchFolder()
    let rows = try ProfileCost.measure(in: folder.path, runs: runs)
    printTable(
      ["profile of \(ProfileCost.signals) signals", "ms", "signals/s", "peak memory, MB"],
      rows.map {
        [
          "\($0.step.rawValue), \($0.form)", rounded($0.seconds * 1_000, 1),
          rounded(Double(ProfileCost.signals) / $0.seconds, 0),
          rounded(Double($0.peakBytes) / 1_048_576, 1),
        ]
      }
    )
  }
}

/// What it costs to check, expand and plan a large profile, written in blocks and without.
enum ProfileCost {
  enum Step: String, CaseIterable, ExpressibleByArgument {
    /// Only the read of the file, for what the process holds without a profile.
    case read
    case check
    case expand
    case plan
  }

  struct Row {
    let step: Step
    let form: String

    /// Median over the runs.
    let seconds: Double
    let peakBytes: Int
  }

  /// The benchmark could not run.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let signals = groups * zones * 2
  private static let groups = 10
  private static let zones = 100

  static func measure(in folder: String, runs: Int) throws -> [Row] {
    // A profile's file has the profile's name, so each form has a folder of its own.
    let compact = try write(profile, to: folder + "/compact")
    let plain = try write(ProfileLoader.expanded(compact), to: folder + "/plain")
    return try [("in blocks", compact), ("plain", plain)].flatMap { form, file in
      try Step.allCases.map { try row($0, form: form, file: file, runs: runs) }
    }
  }

  static func seconds(of step: Step, file: String, runs: Int) throws -> Double {
    let time = SystemTime()
    let times = try (0..<runs).map { _ in
      let start = time.uptime()
      let count = try perform(step, file: file)
      guard count > 0 else { throw Failure(description: "\(step) of \(file) gave nothing") }
      return (time.uptime() - start).inSeconds
    }
    return times.sorted()[runs / 2]
  }

  /// One run of a step, and how much came of it, which is never nothing.
  private static func perform(_ step: Step, file: String) throws -> Int {
    switch step {
    case .read: return try String(contentsOfFile: file, encoding: .utf8).utf8.count
    case .check:
      let findings = ProfileLoader.findings(file)
      guard findings.isEmpty else { throw Failure(description: "\(findings[0])") }
      return signals
    case .expand: return try ProfileLoader.expanded(file).utf8.count
    case .plan:
      guard case .modbus(let access) = try ProfileLoader.load(file).access else { return 0 }
      return access.groups.reduce(0) {
        $0 + ReadPlan(group: $1, access: access, over: .assumedTCP).blocks.count
      }
    }
  }

  private static func row(_ step: Step, form: String, file: String, runs: Int) throws -> Row {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = [
      "profiles", "--runs", "\(runs)", "--step", step.rawValue, "--file", file,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let answer = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let words = answer.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let seconds = Double(words[0]), let bytes = Int(words[1]) else {
      throw Failure(description: "\(step) of \(file) failed")
    }
    return Row(step: step, form: form, seconds: seconds, peakBytes: bytes)
  }

  private static func write(_ text: String, to folder: String) throws -> String {
    let path = folder + "/large-line.yaml"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Ten groups, each a block of a hundred zones with a temperature and a power.
  private static var profile: String {
    let head = """
      profile: large-line
      title: A line of two thousand signals
      kind: other
      source: generic
      modbus: {address_base: 0, order: ABCD}
      groups:

      """
    return head
      + (0..<groups).map { group in
        """
          - name: section\(group)
            period: 1s
            signals:
              - repeat: zone
                from: 1
                to: \(zones)
                step: {address: 4}
                signals:
                  - name: section\(group).zone<zone>.temperature
                    title: Section \(group), zone <zone>
                    table: holding
                    address: \(group * zones * 4)
                    type: float32
                    unit: Cel
                    quantity: temperature
                    role: reading
                    range: [-20, 400]
                  - name: section\(group).zone<zone>.power
                    table: holding
                    address: \(group * zones * 4 + 2)
                    type: uint16
                    scale: 0.1
                    unit: kW
                    range: [0, 6553.5]

        """
      }.joined()
  }
}
