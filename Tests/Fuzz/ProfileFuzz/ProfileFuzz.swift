internal import FuzzDriver
internal import Glibc
internal import Profiles
internal import Telemetry

/// Any bytes as a profile: the loader answers with a profile or with findings, and what it takes
/// can be planned, compiled and expanded.
@main
enum ProfileFuzz {
  static func main() {
    exit(fuzz { read(Array(UnsafeBufferPointer(start: $0, count: $1))) })
  }
}

private func read(_ bytes: [UInt8]) -> CInt {
  guard let profile = try? ProfileLoader.load(bytes: bytes, file: "fuzzed/fuzz.yaml") else {
    return 0
  }
  switch profile.access {
  case .modbus(let access):
    for group in access.groups {
      for timing in timings {
        check(ReadPlan(group: group, access: access, over: timing), of: group)
      }
    }
  case .serial(let access):
    for group in access.groups {
      guard let decoder = try? LineDecoder(group) else { broken("a pattern does not compile") }
      _ = decoder.readings(from: bytes)
    }
  }
  checkExpansion(of: profile)
  return 0
}

/// A carrier on which every request is dear, and one on which every byte is.
private let timings: [BusTiming] = [
  .assumedTCP,
  .rtu(SerialLine(port: "", baud: 9_600), turnaround: .zero),
]

private func check(_ plan: ReadPlan, of group: ModbusScanGroup) {
  let signals = plan.blocks.flatMap { $0.parts.map(\.signal) }.sorted()
  guard signals == Array(group.signals.indices) else { broken("a signal is lost or doubled") }
  for block in plan.blocks where block.count > group.limits.maximumCount(in: block.table) {
    broken("a request breaks the device's limits")
  }
}

private func checkExpansion(of profile: DeviceProfile) {
  let plain = try? ProfileLoader.expanded(bytes: Array(profile.text.utf8), file: "fuzzed/fuzz.yaml")
  guard let plain else { broken("a profile that loads cannot be expanded") }
  guard
    let again = try? ProfileLoader.load(bytes: Array(plain.utf8), file: "fuzzed/fuzz.yaml"),
    again.access == profile.access
  else { broken("the plain form is another profile") }
}
