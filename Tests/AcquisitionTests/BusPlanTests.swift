import Fieldbus
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

@Suite("Planned and sent requests")
struct BusPlanTests {
  private static let library = ProfileLibrary(
    folder: Repository.root.appending(path: "DeviceProfiles").path
  )
  private static let names = (try? library.names()) ?? []

  @Test("What is planned of a shipped profile is what is sent, byte for byte", arguments: names)
  func requests(name: String) throws {
    let profile = try Self.library.profile(named: name)
    let device = BusPlan.Device(name: name, profile: profile)
    let line = SerialLine(port: "")
    let timing: BusTiming =
      if case .serial = profile.access { .serial(line, turnaround: .zero) } else {
        .rtu(line, turnaround: .zero)
      }
    let plan = try BusPlan([device], timing: timing)
    let groups = try ScanGroup.groups(
      of: profile,
      device: DeviceID("d"),
      unit: UnitID(7),
      over: timing.assumed
    )
    #expect(plan.scans.map(\.group) == groups.map(\.id.group))
    for (scan, group) in zip(plan.scans, groups) {
      #expect(scan.period == group.period && scan.isListening == group.isListening)
      #expect(scan.signalCount == group.signals.count)
      try #require(scan.requests.count == group.requests.count)
      for (planned, sent) in zip(scan.requests, group.requests) { try compare(planned, sent) }
    }
  }

  private func compare(_ planned: PlannedRequest, _ sent: BusRequest) throws {
    switch (planned.content, sent) {
    case (.read(let block), .modbus(let request)):
      let range = try #require(request.range)
      #expect(block.table == range.table && block.address == range.address)
      #expect(block.count == range.count)
      // The carrier adds the two bytes of the CRC to both.
      #expect(planned.length.request == RTUFrame.bytes(of: request).count + 2)
      #expect(planned.length.reply == 3 + range.replyByteCount + 2)
    case (.bytes(let bytes), .serial(let request)):
      #expect(bytes == request.send)
      #expect(planned.length.request == request.send.count)
    default: Issue.record("\(planned) is not \(sent)")
    }
  }

  @Test("There are shipped profiles of both kinds")
  func presence() { #expect(Self.names.count >= 8) }
}
