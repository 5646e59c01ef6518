internal import FoundationEssentials
internal import StationAPI
internal import Telemetry

/// A command that arrives as the JSON object of a request.
protocol CommandBody: Decodable {
  /// The command, as the subject of a sentence: "Starting a lot".
  static var subject: String { get }

  /// The members that must be there, and those that may.
  static var required: [String] { get }
  static var optional: [String] { get }

  /// What is wrong with it though every member is of the right kind; nil for nothing.
  var objection: String? { get }
}

extension CommandBody {
  var objection: String? { nil }

  func objection(toQuantity quantity: (some Numeric & Comparable)?) -> String? {
    quantity.flatMap { $0 <= 0 ? "The member \"quantity\" must be above zero." : nil }
  }

  func objection(toQuantity quantity: Double?, unit: String?) -> String? {
    objection(toQuantity: quantity)
      ?? unit.flatMap(IdentifierRule.label.violation).map {
        "The member \"unit\" is not right: \($0)."
      }
  }
}

extension StartLot: CommandBody {
  static let subject = "Starting a lot"
  static let required = ["lot"]
  static let optional = [
    "lane", "part", "revision", "work_order", "operator", "program", "quantity",
  ]

  var objection: String? { objection(toQuantity: quantity) }
}

extension EndLot: CommandBody {
  static let subject = "Ending a lot"
  static let required: [String] = []
  static let optional = ["lane", "reason"]
}

extension PassUnit: CommandBody {
  static let subject = "Recording a unit"
  static let required = ["serial", "event"]
  static let optional = ["lane", "source", "operator"]
}

extension SignOn: CommandBody {
  static let subject = "Signing on"
  static let required = ["operator"]
  static let optional = ["replace"]
}

extension ScanCode: CommandBody {
  static let subject = "A scan"
  static let required = ["code"]
  static let optional = ["lot", "lane"]
}

extension CorrectionOrder: CommandBody {
  static let subject = "Correcting a record"
  static let required = ["what", "by", "reason"]
  static let optional = CodingKeys.allCases.map(\.rawValue).filter { !required.contains($0) }

  var objection: String? { objection(toQuantity: quantity) }
}

extension ReloadConfiguration: CommandBody {
  static let subject = "Reloading"
  static let required: [String] = []
  static let optional: [String] = []
}

extension WriteSignal: CommandBody {
  static let subject = "Writing a signal"
  static let required = ["signal", "value", "operator"]
  static let optional: [String] = []

  var objection: String? {
    // Answers repeat the name.
    signal.utf8.count > 128 ? "The member \"signal\" is too long for a signal's name." : nil
  }
}

extension CommandBody {
  /// Reads a command.
  ///
  /// - Throws: ``Problem`` that names the member at fault and what is expected. A member that is not
  ///   known is refused: it is most likely a mistyped one, which must not be lost silently.
  static func decode(_ bytes: some Sequence<UInt8>) throws(Problem) -> Self {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    do {
      let unknown = try decoder.decode(MemberNames.self, from: data).names
        .filter { !(required + optional).contains($0) }
      if let name = unknown.min() {
        throw Problem.badRequest("The member \(name.debugDescription) is not known. \(usage)")
      }
      let command = try decoder.decode(Self.self, from: data)
      if let objection = command.objection { throw Problem.badRequest(objection) }
      return command
    } catch let problem as Problem {
      throw problem
    } catch let error as DecodingError {
      throw .badRequest(sentence(for: error))
    } catch {
      throw .badRequest("The body is not JSON. \(usage)")
    }
  }

  private static var usage: String {
    if required.isEmpty, optional.isEmpty { return "\(subject) takes no members: send {}." }
    if required.isEmpty { return "\(subject) may have the members \(list(optional))." }
    if optional.isEmpty { return "\(subject) takes the members \(list(required))." }
    return "\(subject) takes the members \(list(required)), and may have \(list(optional))."
  }

  private static func list(_ names: [String]) -> String {
    names.dropLast().joined(separator: ", ") + (names.count > 1 ? " and " : "")
      + (names.last ?? "")
  }

  private static func sentence(for error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _):
      return "The member \"\(key.stringValue)\" is missing. \(usage)"
    case .valueNotFound(_, let context):
      return "The member \"\(path(context))\" is null; \(expectation(context)). \(usage)"
    case .typeMismatch(_, let context) where context.codingPath.isEmpty:
      return "The body is not a JSON object. \(usage)"
    case .typeMismatch(_, let context):
      return "The member \"\(path(context))\" is of the wrong kind; \(expectation(context))."
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return "The body is not JSON. \(usage)"
    case .dataCorrupted(let context):
      let path = path(context)
      let reason = words[path].map { "use " + $0.joined(separator: ", ") }
      return "The member \"\(path)\" is not right: \(reason ?? context.debugDescription)."
    @unknown default:
      return "The body cannot be understood. \(usage)"
    }
  }

  /// The words that a member may be.
  private static var words: [String: [String]] {
    [
      "what": CorrectionOrder.What.allCases.map(\.rawValue),
      "event": UnitPassage.Event.allCases.map(\.rawValue),
      "source": UnitPassage.Source.allCases.map(\.rawValue),
      "reason": BindingEnd.Reason.allCases.map(\.rawValue),
    ]
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.map(\.stringValue).joined(separator: ".")
  }

  private static func expectation(_ context: DecodingError.Context) -> String {
    switch path(context) {
    case "quantity", "remaining", "record": "a number is expected"
    case "floor_life_minutes": "a whole number is expected"
    case "certificate_ref": "an object is expected"
    case "from", "to": "a time is expected, such as 2026-11-29T10:20:00Z"
    case "replace", "was_there": "true or false is expected"
    case "value": "a number, true, false or a text is expected"
    default: "a text is expected"
    }
  }
}

/// The names of an object's members, whatever they hold.
private struct MemberNames: Decodable {
  let names: [String]

  init(from decoder: any Decoder) throws {
    names = try decoder.container(keyedBy: AnyName.self).allKeys.map(\.stringValue)
  }

  private struct AnyName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
