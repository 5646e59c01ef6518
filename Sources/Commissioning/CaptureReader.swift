package import MarkedYAML
internal import Profiles
internal import Telemetry

/// A capture and where in its file each value stands.
package struct CaptureFile: Sendable {
  /// The file as the caller named it.
  package let path: String
  package let capture: Capture

  /// Where the values of signals stand, in the order of ``Capture/values``.
  package let marks: [SourceMark]

  /// Reads a capture.
  ///
  /// - Returns: nil with the findings when the file cannot be used.
  package static func load(_ path: String) -> (file: CaptureFile?, findings: [Finding]) {
    let log = FindingLog(file: path)
    return load(SourceText(path: path, into: log), log)
  }

  /// Reads the bytes of a capture that findings call `file`.
  package static func load(
    bytes: [UInt8],
    file: String
  ) -> (file: CaptureFile?, findings: [Finding]) {
    let log = FindingLog(file: file)
    return load(SourceText(bytes: bytes, into: log), log)
  }

  private static func load(
    _ source: SourceText?,
    _ log: FindingLog
  ) -> (file: CaptureFile?, findings: [Finding]) {
    let root = source.flatMap { YAMLDocument.compose($0.text, into: log) }
    let file = root.flatMap { root in
      CaptureReader(fields: FieldReader(root, shape: CaptureShape.shape, into: log)).file()
    }
    return (log.hasErrors ? nil : file, log.findings)
  }
}

/// Reads the top level of a capture.
private struct CaptureReader {
  let fields: FieldReader

  func file() -> CaptureFile? {
    let profile = fields.value(CaptureShape.capture)
    let hash = fields.value(CaptureShape.hash)
    let taken = fields.value(CaptureShape.taken)
    let software = fields.value(CaptureShape.software)
    let origin = fields.value(CaptureShape.origin)
    let unit = fields.value(CaptureShape.unit)
    let identification = self.identification()
    let tables = self.tables()
    let answers = self.answers()
    let values = self.values()
    fields.finish()
    guard let profile, let hash, let taken, let software, let origin else { return nil }
    return CaptureFile(
      path: fields.log.file,
      capture: Capture(
        profile: profile.value,
        profileHash: hash.value,
        taken: taken.value,
        software: software.value,
        origin: origin.value,
        unit: unit?.value,
        identification: identification,
        tables: tables,
        answers: answers,
        values: values.map(\.value)
      ),
      marks: values.map(\.mark)
    )
  }

  private func identification() -> [Capture.Identity] {
    fields.mappings(CaptureShape.identification).compactMap { reader in
      let object = reader.value(IdentityShape.object)
      let text = reader.value(IdentityShape.text)
      reader.finish()
      guard let object, let text else { return nil }
      return Capture.Identity(object: object.value, text: text.value)
    }
  }

  private func tables() -> TrialTables {
    var tables = TrialTables()
    for reader in fields.mappings(CaptureShape.registers) {
      guard let run = run(reader) else { continue }
      let overlap = (0..<run.words.count).contains { offset in
        let location = ModbusLocation(
          table: run.table,
          address: UInt16(run.address + offset),
          count: 1
        )
        return tables.words(at: location) != nil
      }
      if overlap {
        fields.log.add(
          .contradiction,
          at: reader.mark,
          "some of these addresses stand in an earlier run too; keep each address once"
        )
      }
      tables.take(run)
    }
    return tables
  }

  private func run(_ reader: FieldReader) -> TrialTables.Run? {
    let table = reader.value(RunShape.table)
    let address = reader.value(RunShape.address)
    let registers = reader.value(RunShape.words)
    let bits = reader.value(RunShape.bits)
    reader.finish()
    guard let table, let address, let words = table.value.holdsBits ? bits : registers else {
      return nil
    }
    guard address.value + words.value.count <= 65_536 else {
      fields.log.add(
        .outOfBounds,
        at: words.mark,
        "this run ends at address \(address.value + words.value.count - 1); the last one is 65535"
      )
      return nil
    }
    return TrialTables.Run(table: table.value, address: address.value, words: words.value)
  }

  private func answers() -> [Capture.Answer] {
    var seen: Set<[UInt8]> = []
    return fields.mappings(CaptureShape.answers).compactMap { reader in
      let request = reader.value(AnswerShape.request)
      let answer = reader.value(AnswerShape.answer)
      reader.finish()
      guard let request, let answer else { return nil }
      guard seen.insert(request.value).inserted else {
        fields.log.add(
          .contradiction,
          at: request.mark,
          "this request has an answer already; keep one of them"
        )
        return nil
      }
      return Capture.Answer(request: request.value, answer: answer.value)
    }
  }

  private func values() -> [Marked<Capture.Kept>] {
    var seen: Set<String> = []
    return fields.mappings(CaptureShape.values).compactMap { reader in
      let signal = reader.value(ValueShape.signal)
      let cause = reader.value(ValueShape.bad)
      let value = reader.value(ValueShape.value)
      reader.finish()
      guard let signal else { return nil }
      if !reader.has(ValueShape.value.name), !reader.has(ValueShape.bad.name) {
        fields.log.add(
          .missingKey,
          at: reader.mark,
          "\"value\" is missing in this value; add the value, or bad: with the cause's code"
        )
      }
      guard seen.insert(signal.value).inserted else {
        fields.log.add(
          .duplicateName,
          at: signal.mark,
          "\(signal.value) has a value already; keep one of them"
        )
        return nil
      }
      let reading = KeptReading(value: value?.value, cause: cause?.value)
      return Marked(Capture.Kept(signal: signal.value, reading: reading), at: reader.mark)
    }
  }
}
