internal import Acquisition
internal import Fieldbus
internal import Profiles
internal import Telemetry

/// The oracle device as a process engineer would describe it: four numbers in each of some blocks of
/// registers that lie far apart, so that each block costs a request.
enum OracleProfile {
  /// Blocks 0, 1, 3, 4, 6 … are holding registers, the others input registers: requests of the same
  /// function and length follow each other, which only unlike values tell apart.
  private static func isInput(_ block: Int) -> Bool { block % 3 == 2 }

  static func text(blocks: Int) -> String {
    let signals = (0..<blocks).flatMap { block in
      (0..<4).map { pair in
        """
              - {name: b\(block).v\(pair), table: \(isInput(block) ? "input" : "holding"), \
        address: \(block * 100 + pair * 2), type: uint32}

        """
      }
    }
    return """
      profile: oracle
      title: Oracle of the fault matrix
      kind: other
      source: generic
      modbus:
        address_base: 0
        order: ABCD
        max_gap: 0
      groups:
        - name: all
          period: 1s
          signals:

      """ + signals.joined()
  }

  /// The scan group, and where each of its signals comes from.
  static func group(blocks: Int) throws -> (group: ScanGroup, places: [Judge.Place]) {
    let profile = try ProfileLoader.load(bytes: Array(text(blocks: blocks).utf8), file: "oracle")
    let groups = try ScanGroup.groups(
      of: profile,
      device: DeviceID(checked: "oracle"),
      unit: UnitID(17)
    )
    guard case .modbus(let access) = profile.access, let group = groups.first else {
      throw MatrixError(description: "the oracle's profile has no group")
    }
    let places = access.groups[0].signals.map { signal in
      Judge.Place(
        request: group.requests.firstIndex { $0.asks(for: signal.location) } ?? -1,
        mark: Oracle.place(
          input: signal.location.table == .input,
          address: Int(signal.location.address)
        )
      )
    }
    guard group.requests.count == blocks, !places.contains(where: { $0.request < 0 }) else {
      throw MatrixError(description: "the oracle's profile takes \(group.requests.count) requests")
    }
    return (group, places)
  }
}

extension BusRequest {
  fileprivate func asks(for location: ModbusLocation) -> Bool {
    guard case .modbus(let request) = self, let range = request.range else { return false }
    return range.table == location.table && range.address <= location.address
      && Int(location.address) < Int(range.address) + range.count
  }
}

/// The matrix itself cannot be run.
package struct MatrixError: Error, Sendable, CustomStringConvertible {
  package let description: String
}
