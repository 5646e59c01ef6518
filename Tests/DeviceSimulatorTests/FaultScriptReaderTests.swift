import DeviceSimulator
import MarkedYAML
import Profiles
import Telemetry
import TestSupport
import Testing

@Suite("Fault scripts")
struct FaultScriptReaderTests {
  private static func read(_ yaml: String) -> FaultReading {
    FaultScriptReader.read(bytes: Array("faults:\n  - \(yaml)\n".utf8), file: "f.yaml")
  }

  private static func fault(
    _ effect: Fault.Effect,
    _ target: FaultTarget = FaultTarget(),
    _ window: FaultWindow = FaultWindow(),
    _ frequency: Fault.Frequency = .always
  ) -> Fault {
    Fault(effect, target: target, window: window, frequency: frequency, origin: "f.yaml:2:5")
  }

  @Test(
    "A fault is what its keys say",
    arguments: [
      ("{fault: silence}", fault(.silence)),
      (
        "{fault: latency, delay: 0s, jitter: 5ms}",
        fault(.latency(delay: .zero, jitter: .milliseconds(5)))
      ),
      ("{fault: late_reply, delay: 2s}", fault(.lateReply(delay: .seconds(2), jitter: .zero))),
      ("{fault: exception}", fault(.exception(4))),
      ("{fault: error_reply, text: ERR 03}", fault(.errorReply("ERR 03"))),
      ("{fault: bit_errors, bits: 7}", fault(.bitErrors(7))),
      ("{fault: short_frame, bytes: 2}", fault(.shortFrame(2))),
      ("{fault: long_frame}", fault(.longFrame(1))),
      ("{fault: wrong_unit}", fault(.wrongUnit(nil))),
      ("{fault: wrong_unit, other_unit: 0}", fault(.wrongUnit(0))),
      ("{fault: wrong_transaction, offset: -3}", fault(.wrongTransaction(offset: -3))),
      ("{fault: duplicate}", fault(.duplicate)),
      ("{fault: disconnect}", fault(.disconnect(away: .seconds(1)))),
      ("{fault: restart}", fault(.restart)),
      ("{fault: stuck, signals: a}", fault(.stuck(signals: ["a"], value: nil))),
      (
        "{fault: stuck, signals: [a, b], value: -2.5}",
        fault(.stuck(signals: ["a", "b"], value: .real(-2.5)))
      ),
      (
        "{fault: stuck, signals: a, value: 0x10}",
        fault(.stuck(signals: ["a"], value: .integer(16)))
      ),
      (
        "{fault: stuck, signals: a, value: true}", fault(.stuck(signals: ["a"], value: .flag(true)))
      ),
      (
        "{fault: stuck, signals: a, value: hot}", fault(.stuck(signals: ["a"], value: .text("hot")))
      ),
      (
        "{fault: stuck, signals: a, value: \"7\"}", fault(.stuck(signals: ["a"], value: .text("7")))
      ),
      (
        "{fault: silence, units: [1, 9], tables: input, functions: [43], addresses: 0x10..20}",
        fault(.silence, FaultTarget(units: [1, 9], functions: [4, 43], addresses: 16...20))
      ),
      ("{fault: silence, addresses: 7}", fault(.silence, FaultTarget(addresses: 7...7))),
      (
        "{fault: silence, from: 1s, to: 1m, every: 10s, for: 10s, probability: 1}",
        fault(
          .silence,
          FaultTarget(),
          FaultWindow(
            from: .seconds(1),
            to: .seconds(60),
            repetition: .init(every: .seconds(10), for: .seconds(10))
          ),
          .probability(1)
        )
      ),
      (
        "{fault: silence, every_nth: 3}",
        fault(.silence, FaultTarget(), FaultWindow(), .everyNth(3))
      ),
    ]
  )
  func good(_ yaml: String, _ expected: Fault) {
    let reading = Self.read(yaml)
    #expect(reading.faults == [expected])
    #expect(reading.findings.isEmpty)
  }

  @Test(
    "What is wrong is named with its place and code",
    arguments: [
      ("{fault: silense}", 13, "unknown-value", "did you mean \"silence\"?"),
      ("{from: 1s}", 5, "missing-key", "\"fault\" is missing"),
      ("{fault: latency}", 5, "missing-key", "delay: 200ms"),
      ("{fault: late_reply, jitter: 1s}", 5, "missing-key", "\"delay\" is missing"),
      ("{fault: latency, delay: 61m}", 29, "out-of-bounds", "0s to 1h"),
      ("{fault: latency, delay: 1s, jitter: 1}", 41, "wrong-type", "1s"),
      ("{fault: error_reply}", 5, "missing-key", "\"text\" is missing"),
      ("{fault: exception, code: 0}", 30, "out-of-bounds", "from 1 to 255"),
      ("{fault: silence, delay: 1s}", 22, "contradiction", "a key of latency and late_reply alone"),
      ("{fault: silence, delai: 1s}", 22, "unknown-key", "did you mean \"delay\"?"),
      ("{fault: stuck}", 5, "missing-key", "signals: [zone1]"),
      ("{fault: stuck, signals: []}", 20, "out-of-bounds", "empty list"),
      ("{fault: stuck, signals: a, value: off}", 39, "ambiguous-scalar", "or quote the text"),
      ("{fault: stuck, signals: a, value: 010}", 39, "ambiguous-scalar", "010"),
      ("{fault: stuck, signals: a, every_nth: 2}", 32, "contradiction", "not go with stuck"),
      ("{fault: restart, units: 1, probability: 1}", 32, "contradiction", "restart, which strike"),
      ("{fault: silence, from: 2s, to: 2s}", 36, "contradiction", "not after"),
      ("{fault: silence, for: 2s}", 5, "missing-key", "every: 1m"),
      ("{fault: silence, every: 2s}", 5, "missing-key", "for: 5s"),
      ("{fault: silence, every: 1s, for: 2s}", 38, "contradiction", "longer than"),
      ("{fault: silence, probability: 1.5}", 35, "out-of-bounds", "from 0 to 1"),
      ("{fault: silence, probability: 1, every_nth: 2}", 38, "contradiction", "exclude"),
      ("{fault: silence, addresses: 9..2}", 33, "out-of-bounds", "the lower address first"),
      ("{fault: silence, addresses: 1..2..3}", 33, "wrong-type", "100..119"),
      ("{fault: silence, addresses: 65536}", 33, "out-of-bounds", "from 0 to 65535"),
      ("{fault: silence, tables: [holdings]}", 31, "unknown-value", "did you mean \"holding\"?"),
      ("{fault: silence, from: 5}", 28, "wrong-type", "5s"),
      ("silence", 5, "wrong-type", "write a mapping"),
    ]
  )
  func bad(_ yaml: String, _ column: Int, _ code: String, _ message: String) throws {
    let reading = Self.read(yaml)
    let finding = try #require(reading.findings.first)
    #expect(reading.findings.count == 1)
    #expect(finding.description.hasPrefix("f.yaml:2:\(column): "), "\(finding)")
    #expect(finding.code.name == code)
    #expect(finding.message.contains(message), "\(finding)")
  }

  @Test("A script is a mapping with a list of faults, and everything wrong in it is named")
  func script() {
    func codes(_ text: String) -> [String] {
      FaultScriptReader.read(bytes: Array(text.utf8), file: "f.yaml").findings.map(\.code.name)
    }
    #expect(codes("- fault: silence\n").contains("wrong-type"))
    #expect(codes("faults: []\n") == ["out-of-bounds"])
    #expect(codes("faults:\n- fault: x\n- fault: latency\n") == ["unknown-value", "missing-key"])
    #expect(codes("faults:\n- fault: silence\nseed: 3\n") == ["unknown-key"])
    #expect(FaultScriptReader.read(file: "/nowhere.yaml").findings.map(\.code) == [.fileUnreadable])
  }

  @Test(
    "The short form is the script's fault on one line",
    arguments: [
      ("silence", "{fault: silence}"),
      ("silence@10s..20s", "{fault: silence, from: 10s, to: 20s}"),
      ("silence@10s..", "{fault: silence, from: 10s}"),
      ("silence@10s", "{fault: silence, from: 10s}"),
      ("silence@..20s, units: [1, 2]", "{fault: silence, to: 20s, units: [1, 2]}"),
      ("error_reply, text: \"E@1, x\"", "{fault: error_reply, text: \"E@1, x\"}"),
    ]
  )
  func shortForm(_ option: String, _ yaml: String) throws {
    let short = FaultScriptReader.read(option: option, number: 1)
    #expect(short.findings.isEmpty)
    let (read, long) = (
      try #require(short.faults.first), try #require(Self.read(yaml).faults.first)
    )
    #expect(read.effect == long.effect)
    #expect(read.target == long.target)
    #expect(read.window == long.window)
    #expect(read.origin == "--fault '\(option)'")
  }

  @Test(
    "A finding in the short form names the option and the column",
    arguments: [
      ("silense@10s", 1), ("silence@10s..20s, every_nht: 2", 19),
      ("silence@10s..20s, every_nth: 0", 30), ("silence@20s..10s", 8), ("silence@", 8),
      ("silence@..", 8), ("silence@10s..20s, from: 3s", 8), ("latency, delay: 5", 17), ("", 1),
      ("silence, units: [1", 8), ("silence, {", 1),
    ]
  )
  func shortFormMarks(_ option: String, _ column: Int) throws {
    let reading = FaultScriptReader.read(option: option, number: 3)
    let finding = try #require(reading.findings.first)
    #expect(finding.description.hasPrefix("--fault:3:\(column): "), "\(finding)")
  }
}

/// What simulate.md says is what the reader takes.
@Suite("The document of simulated devices")
struct SimulateDocumentTests {
  /// Every key that there is, by the reader's own word.
  private static func everyKey() throws -> [String] {
    let reading = FaultScriptReader.read(option: "silence, qqqqqqqqqqqq: 1", number: 1)
    let finding = try #require(reading.findings.first { $0.code == .unknownKey })
    let list = try #require(finding.message.split(separator: "its keys are: ").last)
    return list.split(separator: ", ").map(String.init)
  }

  /// The keys that the reader takes in a fault of a kind: those whose presence is no contradiction.
  private static func keys(of kind: FaultKind) throws -> [String] {
    try everyKey().filter { key in
      let option = key == "fault" ? kind.rawValue : "\(kind.rawValue), \(key): []"
      let findings = FaultScriptReader.read(option: option, number: 1).findings
      return !findings.contains { $0.code == .contradiction }
    }
    .sorted()
  }

  @Test("The example is a script without findings, and can happen to the oven")
  func example() throws {
    let examples = try Document("simulate.md").blocks(of: "yaml")
    #expect(examples.count == 1)
    for example in examples {
      let reading = FaultScriptReader.read(bytes: Array(example.utf8), file: "faults.yaml")
      #expect(reading.findings == [])
      let options = SimulationOptions(
        devices: [
          .init(profile: try ShippedProfiles.library.profile(named: "reflow-oven-10-zone"))
        ],
        carrier: .tcp(Endpoint(host: "127.0.0.1", port: 0)),
        faults: FaultScript(reading.faults)
      )
      _ = try Simulation(options, time: ManualTime())
    }
  }

  @Test("Every fault and every key is there, and no other", arguments: FaultKind.allCases)
  func keys(kind: FaultKind) throws {
    let document = try Document("simulate.md")
    let rows = document.rows(below: "### What goes wrong")
    #expect(rows.map { $0[0] } == FaultKind.allCases.map(\.rawValue))
    let row = try #require(rows.first { $0[0] == kind.rawValue })
    let own = row[1].matches(of: /`([a-z_]+)`/).map { String($0.1) }
    let common = document.rows(below: "### Where, when and how often").map { $0[0] }
    let stuck = ["units", "from", "to", "every", "for"]
    let said = ["fault"] + own + ([.stuck, .restart].contains(kind) ? stuck : common)
    #expect(said.sorted() == (try Self.keys(of: kind)))
  }
}
