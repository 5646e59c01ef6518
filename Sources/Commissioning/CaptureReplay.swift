internal import Acquisition
internal import Fieldbus
package import Profiles
package import Telemetry

/// A profile's readings of what a capture holds: planned and decoded as the agent does it.
package struct CaptureReplay: Sendable {
  /// One signal, as it reads now.
  package struct ReplayedSignal: Sendable, Hashable {
    package let name: String
    package let reading: Reading
    package let raw: String

    /// What the capture lacks to tell the reading: `holding 30 to 31`; nil when it lacks nothing.
    package let missing: String?
  }

  package let signals: [ReplayedSignal]

  /// - Throws: ``CaptureError/profile(_:)``.
  package init(_ capture: Capture, with profile: DeviceProfile) throws(CaptureError) {
    let groups: [ScanGroup]
    do {
      // A capture that lacks the unit can be replayed: the registers are those of one device.
      // How they were asked for does not matter either.
      groups = try Trial.groups(of: profile, unit: capture.unit ?? UnitID(1), over: .assumedTCP)
    } catch {
      throw .profile(error.description)
    }
    signals = groups.enumerated().flatMap { index, group in
      Self.signals(of: group, locations: profile.locations(ofGroup: index), in: capture)
    }
  }

  private static func signals(
    of group: ScanGroup,
    locations: [ModbusLocation?],
    in capture: Capture
  ) -> [ReplayedSignal] {
    let answers = group.requests.map { capture.answer(to: $0) }
    let outcomes = answers.map { answer in
      BusOutcome(
        result: answer.map(Result.success)
          ?? .failure(BusFailure(.noConnection, "the capture holds no answer")),
        sent: Moment(wall: capture.taken, uptime: .zero),
        elapsed: .zero
      )
    }
    let readings = group.scan(from: outcomes).readings
    let missing = zip(locations, group.signals).map { location, _ in
      capture.missing(location, isAnswered: answers.allSatisfy { $0 != nil })
    }
    return group.signals.enumerated().map { index, signal in
      ReplayedSignal(
        name: signal.name,
        reading: readings[index],
        raw: capture.raw(locations[index], request: group.requests.first),
        // A reading is only as well known as the status that vouches for it.
        missing: missing[index] ?? signal.goodWhen.flatMap { missing[$0.signal] }
      )
    }
  }
}

extension Capture {
  /// The answer to a request; addresses that were not captured are answered with 0, as those that
  /// are only read along are of no account.
  fileprivate func answer(to request: BusRequest) -> BusReply? {
    if case .modbus(let request) = request, let range = request.range {
      let words = tables.padded(range)
      return range.table.holdsBits ? .bits(words.map { $0 != 0 }) : .registers(words)
    }
    guard case .serial(let request) = request else { return nil }
    return answers.first { $0.request == request.send }.map { .line($0.answer) }
  }

  fileprivate func missing(_ location: ModbusLocation?, isAnswered: Bool) -> String? {
    guard let location else { return isAnswered ? nil : "an answer to the group's request" }
    return tables.words(at: location) == nil ? location.text : nil
  }

  fileprivate func raw(_ location: ModbusLocation?, request: BusRequest?) -> String {
    if let location {
      return "\(location.text) held \(tables.words(at: location).map(RawText.words) ?? "nothing")"
    }
    guard let request, case .line(let line)? = answer(to: request) else { return "no answer" }
    return "the answer was \(CaptureText.quoted(line))"
  }
}

extension ModbusLocation {
  /// `holding 30`, `input 4 to 5`.
  package var text: String { RawText.addresses(table, first: Int(address), count: count) }
}

/// Raw values as people read them.
package enum RawText {
  /// `0448 0A1B`.
  package static func words(_ words: [UInt16]) -> String {
    words.map { $0.hexadecimal(digits: 4) }.joined(separator: " ")
  }

  package static func addresses(_ table: ModbusTable, first: Int, count: Int) -> String {
    count == 1
      ? "\(table.rawValue) \(first)" : "\(table.rawValue) \(first) to \(first + count - 1)"
  }
}
