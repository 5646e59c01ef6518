import Telemetry
import Testing

@testable import LotBinding

@Suite("Assembly")
struct AssemblyTests {
  private let final = StationID(checked: "final-1")

  private func order(
    _ output: String? = nil,
    _ outputSerial: String? = nil,
    from input: String? = nil,
    _ inputSerial: String? = nil
  ) -> ConsumptionOrder {
    var order = ConsumptionOrder(
      output: output.map { LotID(checked: $0) },
      input: input.map { LotID(checked: $0) }
    )
    order.outputSerial = outputSerial.map { Label(checked: $0) }
    order.inputSerial = inputSerial.map { Label(checked: $0) }
    return order
  }

  private func used(_ judgement: Judgement) throws -> Consumption {
    guard case .consumption(let used) = judgement.content else {
      throw BindingError.idle(StationLane(final, nil))
    }
    return used
  }

  private func codes(_ error: (any Error)?) -> [String] {
    guard case .refused(let notes)? = error as? BindingError else { return [] }
    return notes.map(\.code)
  }

  @Test("A board goes into a drive unit, and that, by its serial number, into a device by its UDI")
  func chain() throws {
    var bench = BindingBench()
    let now = bench.now
    try bench.perform { try $0.consume(order("DU-7", "DU-0042", from: "PCB-1", "B-118"), at: now) }
    var device = order(from: nil, "DU-0042")
    device.outputUDI = Label(checked: "(01)04012345678901(10)PM-500(21)S-0001")
    let used = try used(bench.perform { try $0.consume(device, at: now) })
    #expect(used.output.text == "PM-500" && used.outputSerial?.text == "S-0001")
    #expect(used.input.text == "DU-7" && used.inputSerial?.text == "DU-0042")
  }

  @Test("At a station that works on a lot, that is the output, and the record names the binding")
  func atStation() throws {
    var bench = BindingBench()
    bench.record(
      .binding(
        Binding(
          station: final,
          lot: LotID(checked: "PM-500"),
          part: Label(checked: "V200"),
          workOrder: Label(checked: "WO-1"),
          operatorName: Label(checked: "mara")
        )
      )
    )
    var order = order(nil, "S-1", from: "DU-7", "DU-0042")
    order.station = final
    let used = try used(bench.perform { [now = bench.now] in try $0.consume(order, at: now) })
    #expect(used.output.text == "PM-500" && used.binding == 1 && used.station == final)
  }

  @Test("The load and the certificate that the input was taken from stay with the record")
  func certificate() throws {
    var bench = BindingBench()
    let now = bench.now
    var load = MaterialOrder(
      station: final,
      lot: LotID(checked: "MOTOR-3"),
      material: Label(checked: "motor")
    )
    let certificate = CertificateReference(
      id: Label(checked: "5521"),
      type: .conformity,
      revision: Label(checked: "B"),
      sha256: .sha256([1])
    )
    load.certificateReference = certificate
    try bench.perform { try $0.load(load, at: now) }
    var order = order("PM-500", from: "MOTOR-3")
    order.station = final
    let used = try used(bench.perform { try $0.consume(order, at: now) })
    #expect(used.load == 1 && used.certificateReference == certificate)
  }

  @Test("A lot that went into another cannot take that one up, over any number of steps")
  func cycle() throws {
    var bench = BindingBench()
    let now = bench.now
    for (output, input) in [("B", "A"), ("C", "B"), ("D", "C")] {
      try bench.perform { try $0.consume(order(output, from: input), at: now) }
    }
    let error = #expect(throws: BindingError.self) {
      try bench.perform { try $0.consume(order("A", from: "D"), at: now) }
    }
    #expect(codes(error) == ["assembly_cycle"])
    #expect(error?.description.contains("A went into B went into C went into D") == true)
    #expect(throws: BindingError.intoItself(LotID(checked: "A"))) {
      try bench.perform { try $0.consume(order("A", from: "A"), at: now) }
    }
  }

  @Test("A piece that went into something is refused a second parent, whichever it is")
  func twoParents() throws {
    var bench = BindingBench()
    let now = bench.now
    try bench.perform { try $0.consume(order("DU-7", "DU-1", from: "PCB-1", "B-1"), at: now) }
    // The same number in another lot is another piece.
    try bench.perform { try $0.consume(order("DU-7", "DU-2", from: "PCB-2", "B-1"), at: now) }
    let error = #expect(throws: BindingError.self) {
      try bench.perform { try $0.consume(order("DU-7", "DU-2", from: "PCB-1", "B-1"), at: now) }
    }
    #expect(codes(error) == ["serial_in_two_parents"])
    #expect(error?.description.contains("lot DU-7, serial DU-1 already (record 1)") == true)
  }

  @Test("What is not known is asked for")
  func unknown() {
    var bench = BindingBench()
    let now = bench.now
    let serial = Label(checked: "S-9")
    #expect(throws: BindingError.unknownOutput(serial)) {
      try bench.perform { try $0.consume(order(nil, "S-9", from: "A"), at: now) }
    }
    #expect(throws: BindingError.unknownInput(serial)) {
      try bench.perform { try $0.consume(order("B", from: nil, "S-9"), at: now) }
    }
    var mistyped = order(from: "A")
    mistyped.outputUDI = Label(checked: "(01)04012345678902(10)PM")
    let error = #expect(throws: BindingError.self) {
      try bench.perform { try $0.consume(mistyped, at: now) }
    }
    #expect(error?.description.contains("check digit") == true)
  }

  @Test("What is remembered is bounded, and the latest is kept")
  func bounded() {
    var recent = Recent<Int, Int>(limit: 3)
    for number in 1...10 { recent.set(number, to: number * 2) }
    recent.set(9, to: 99)
    #expect((1...10).map { recent[$0] } == [nil, nil, nil, nil, nil, nil, nil, 16, 99, 20])
  }
}
