internal import FoundationEssentials
internal import Telemetry

/// What an answer means to the uplink: a pure function of its bytes.
enum HubVerdict: Equatable {
  /// The hub holds the journal up to here.
  case confirmed(HubMark)
  /// The batch does not follow what the hub holds; it should begin here.
  case resume(HubMark)
  /// The hub holds another record under a number of the batch.
  case altered(String)
  /// The hub understood and refuses; somebody must look.
  case refused(String)
  /// The batch is too large for the hub.
  case tooLarge
  /// No hub answered, or it cannot now.
  case away(String)

  /// Judges an answer.
  ///
  /// Only JSON can come from a hub. Anything else is a proxy, a captive portal or a wrong address,
  /// whatever its status code.
  init(_ answer: HubAnswer) {
    guard answer.isJSON else {
      self = .away(
        "something other than a hub answered: HTTP \(answer.status), "
          + (answer.contentType ?? "without a content type")
      )
      return
    }
    let problem = try? JSONDecoder().decode(Problem.self, from: Data(answer.body))
    let sentence = problem?.sentence ?? "no reason given"
    switch answer.status {
    case 200..<300: self = Self.confirmation(answer)
    case 408, 429, 500...: self = .away("the hub answered HTTP \(answer.status): \(sentence)")
    case 413: self = .tooLarge
    case 409:
      if problem?.name == "sequence-gap", let mark = problem?.mark {
        self = .resume(mark)
      } else {
        let reason = "the hub refuses the records: \(sentence)"
        self = problem?.name == "altered-record" ? .altered(reason) : .refused(reason)
      }
    default: self = .refused("the hub answered HTTP \(answer.status): \(sentence)")
    }
  }

  private static func confirmation(_ answer: HubAnswer) -> HubVerdict {
    do {
      return .confirmed(try JSONDecoder().decode(HubMark.self, from: Data(answer.body)))
    } catch {
      return .away("the hub's answer is not a mark; is the address that of a Lotline hub?")
    }
  }

  /// RFC 9457, with the hub's mark.
  private struct Problem: Decodable {
    let type: String?
    let title: String?
    let detail: String?
    let mark: HubMark?

    /// The last part of the type, which may be an address.
    var name: String? {
      type?.split { $0 == "/" || $0 == "#" || $0 == ":" }.last.map(String.init)
    }

    var sentence: String? { detail ?? title }
  }
}

extension HubAnswer {
  var isJSON: Bool {
    guard let type = contentType?.split(separator: ";").first?.lowercased() else { return false }
    let trimmed = type.filter { $0 != " " }
    return trimmed == "application/json" || trimmed == "application/problem+json"
  }
}
