import Telemetry
import Testing

@testable import Agent

@Suite("What is recorded of signals that a device does not have")
struct RefusedSignalsTests {
  private static func oven(_ more: String = "") -> String {
    """
    profile: oven
    title: Oven
    kind: other
    source: generic
    modbus: {address_base: modicon}
    groups:
      - name: zones
        period: 1s
        signals:
          - {name: t, address: 40001, type: float32, range: [0, 300]}
          - {name: state, address: 40003, type: uint16, values: {1: running}}
    \(more)
    """
  }

  @Test("The device's refusal is an event, once, and costs the one signal only")
  func refused() async throws {
    let plant = try await SimulatedPlant(
      Self.oven("      - {name: fan, address: 40004, type: uint16}"),
      really: Self.oven()
    )
    try await plant.scan(30)
    let records = try await plant.stop()
    let events = records.compactMap { record -> (seq: Int, event: Event)? in
      guard case .event(let event) = record.content, event.kind == .signalsRefused else {
        return nil
      }
      return (record.seq, event)
    }
    #expect(events.map(\.event.device?.text) == ["oven-1"])
    #expect(
      events.first?.event.detail
        == "group zones: the device has no address for fan at holding 3 (40004 in the manual, "
        + "function 3, exception 2); check the profile's addresses"
    )
    let frames = records.compactMap { record -> (seq: Int, frame: Frame)? in
      if case .frame(let frame) = record.content { (record.seq, frame) } else { nil }
    }
    #expect(frames.count == 30)
    #expect(frames.first?.frame.readings == Array(repeating: Reading(.exception(2)), count: 3))
    let later = frames.dropFirst()
    #expect(events.first.map { $0.seq + 1 } == later.first?.seq)
    for (_, frame) in later {
      #expect(frame.readings[0].quality.isGood && frame.readings[1].quality.isGood)
      #expect(frame.readings[2] == Reading(.exception(2)))
    }
  }
}
