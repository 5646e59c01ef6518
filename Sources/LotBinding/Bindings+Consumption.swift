package import Telemetry

extension Bindings {
  /// Records that something went into something else.
  ///
  /// - Returns: What to record.
  /// - Throws: ``BindingError`` when a lot is not known, would go into itself, or a rule refuses it.
  package func consume(
    _ order: ConsumptionOrder,
    at now: Instant
  ) throws(BindingError) -> Judgement {
    if let station = order.station { try plan.check(station) }
    let consumption = try complete(order)
    if consumption.input == consumption.output { throw .intoItself(consumption.input) }
    var check = RuleCheck(plan.rules)
    find(consumption, in: &check)
    if let load = materials.lastLoad(of: consumption.input) {
      MaterialDoubts(load, at: now, lists, knownContent: nil).findWhatMayChange(in: &check)
    }
    let notes = try check.notes()
    return Judgement(.consumption(consumption.with(notes: notes.codes)), notes: notes)
  }

  private func find(_ consumption: Consumption, in check: inout RuleCheck) {
    if let path = assembly.path(from: consumption.output, into: consumption.input) {
      check.find(
        .assemblyCycle,
        "lot \(consumption.input) cannot go into \(consumption.output), since "
          + path.map(\.text).joined(separator: " went into ")
          + " already; look which of them was scanned wrong"
      )
    }
    guard let serial = consumption.inputSerial,
      let parent = assembly.parent(of: serial, in: consumption.input)
    else { return }
    check.find(
      .serialInTwoParents,
      "serial \(serial) of lot \(consumption.input) went into \(parent.name) already (record "
        + "\(parent.seq)); look which of the two was scanned wrong"
    )
  }

  private func complete(_ order: ConsumptionOrder) throws(BindingError) -> Consumption {
    let udi = try self.udi(order.outputUDI)
    let serial = order.outputSerial ?? identifier(udi?.serial)
    let active = order.station.map { lots.active(at: $0) } ?? []
    let named: LotID? = order.output ?? identifier(udi?.lot)
    guard
      let output = named ?? (active.count == 1 ? active[0].binding.lot : nil)
        ?? serial.flatMap(assembly.lot)
    else {
      throw .unknownOutput(serial)
    }
    guard let input = order.input ?? order.inputSerial.flatMap(assembly.lot) else {
      throw .unknownInput(order.inputSerial)
    }
    let loaded = order.station.flatMap { station in
      self.loaded(at: station).last { $0.load.lot == input }
    }
    let stated = (loaded?.load ?? materials.lastLoad(of: input))?.certificateReference
    return Consumption(
      output: output,
      outputSerial: serial,
      outputUDI: order.outputUDI,
      input: input,
      inputSerial: order.inputSerial,
      quantity: order.quantity,
      unit: order.unit,
      operatorName: order.operatorName,
      station: order.station,
      binding: active.last { $0.binding.lot == output }?.seq,
      load: loaded?.seq,
      certificateReference: lists.certificateInForce(of: input, loadedWith: stated)
    )
  }

  private func identifier<ID: Identifier>(_ text: String?) -> ID? {
    text.flatMap { text in try? ID(text) }
  }

  private func udi(_ text: Label?) throws(BindingError) -> UDI? {
    guard let text else { return nil }
    do throws(UDIError) { return try UDI(text.text) } catch { throw .notAUDI(error) }
  }
}

extension PlantLists {
  /// The certificate that the list has accepted for a material lot, or else the one that it was
  /// loaded with.
  func certificateInForce(
    of lot: LotID,
    loadedWith stated: CertificateReference?
  ) -> CertificateReference? {
    if let stated, certificates?[stated.id]?.status == .accepted {
      return certificate(of: lot, stated: nil, id: stated.id).map { listed in
        CertificateReference(
          id: listed.id,
          type: listed.type,
          revision: listed.revision ?? stated.revision,
          sha256: listed.sha256 ?? (listed.revision == stated.revision ? stated.sha256 : nil),
          issuer: stated.issuer
        )
      }
    }
    return certificate(of: lot, stated: nil, id: nil) ?? stated
  }
}
