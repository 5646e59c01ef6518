internal import Scans

/// What a code says, or why it is not taken, for programs.
struct BarcodeDocument: Encodable {
  private let code: String
  private var standard: ScannedCode.Standard?
  private var symbology: SymbologyDocument?
  private var kind: CodeKind?
  private var elements: [ElementDocument]?

  /// What the plant makes of it, by the names of patterns' groups.
  private var meaning: [String: String]?
  private var udi: UDIDocument?
  private var notes: [NoteDocument]?
  private var refused: RefusalDocument?

  init(_ code: ScannedCode) {
    self.code = code.text
    standard = code.standard
    symbology = code.symbology.map { SymbologyDocument(id: $0.description, name: $0.name) }
    kind = code.facts.kind
    elements = code.elements.map(ElementDocument.init)
    meaning = Dictionary(
      uniqueKeysWithValues: code.facts.stated.map { ($0.name, $0.value) }
    )
    udi = code.udi.map {
      UDIDocument(
        di: ElementDocument($0.deviceIdentifier),
        pi: $0.productionIdentifiers.map(ElementDocument.init)
      )
    }
    notes = code.notes.map { NoteDocument(code: $0.code, sentence: $0.sentence) }
  }

  init(_ error: CodeError) {
    code = error.code
    refused = RefusalDocument(
      reason: error.kind,
      position: error.position,
      problem: error.problem,
      mend: error.mend,
      readings: error.readings.map { $0.map(ElementDocument.init) }
    )
  }
}

private struct SymbologyDocument: Encodable {
  let id: String
  let name: String
}

private struct ElementDocument: Encodable {
  let key: String
  let title: String
  let value: String
  let date: String?

  init(_ element: CodeElement) {
    key = element.key
    title = element.title
    value = element.value
    date = element.date?.description
  }
}

private struct UDIDocument: Encodable {
  let di: ElementDocument
  let pi: [ElementDocument]
}

private struct NoteDocument: Encodable {
  let code: CodeNote.Code
  let sentence: String
}

private struct RefusalDocument: Encodable {
  let reason: CodeError.Kind
  let position: Int?
  let problem: String
  let mend: String
  let readings: [[ElementDocument]]
}
