internal import FoundationEssentials
internal import MarkedYAML
internal import Telemetry

extension ScalarKind where Value: Identifier {
  /// A name or label that records hold.
  static var identifier: ScalarKind {
    ScalarKind(
      expected: "the name of the \(Value.noun)",
      example: "edge-1",
      schema: ScalarKind<String>.text.schema
    ) { scalar throws(ScalarProblem) in
      // What quotes would not make a name is not told to be quoted.
      if let value = try? Value(scalar.text) {
        _ = try ScalarKind<String>.text.read(scalar)
        return value
      }
      if scalar.isAbsent { throw .wrongType }
      do throws(IdentifierError) {
        return try Value(scalar.text)
      } catch {
        throw .other(.badName, message: error.description)
      }
    }
  }
}

extension ScalarKind where Value == Label {
  /// A text that records hold.
  static let label = ScalarKind(
    expected: "a text",
    example: "Plant 7",
    schema: identifier.schema,
    read: identifier.read
  )
}

extension ScalarKind where Value == String {
  /// A name within the file: a bus, an uplink.
  static let name = ScalarKind(
    expected: "a name",
    example: "oven",
    schema: text.schema
  ) { scalar throws(ScalarProblem) in
    let text = try ScalarKind.text.read(scalar)
    if let violation = IdentifierRule.name.violation(in: text) {
      throw .other(.badName, message: "\"\(text)\" cannot be a name: \(violation)")
    }
    return text
  }

  /// The address of a hub: scheme, host and port.
  static let hubAddress = webAddress(of: "the hub", example: "http://hub.plant:8480") { text in
    text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  /// The address of a time-stamping authority, with its path.
  static let authorityAddress = webAddress(
    of: "the authority",
    example: "http://timestamp.example/tsr"
  ) { $0 }

  private static func webAddress(
    of whom: String,
    example: String,
    _ finish: @escaping @Sendable (String) -> String
  ) -> ScalarKind {
    ScalarKind(
      expected: "\(whom)'s address with http:// or https://",
      example: example,
      schema: ["type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://[^/]+"]
    ) { scalar throws(ScalarProblem) in
      let text = try ScalarKind.text.read(scalar)
      guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()),
        url.host()?.isEmpty == false, (url.port).map({ (1...65_535).contains($0) }) ?? true
      else {
        let isHTTP = ["http://", "https://"].contains { text.lowercased().hasPrefix($0) }
        guard isHTTP else { throw .wrongType }
        throw .other(
          .wrongType,
          message: "\(text) names no host or port that can be; write \(example)"
        )
      }
      guard url.user() == nil, url.password() == nil else {
        throw .other(
          .outOfBounds,
          message: "an address does not hold a name or password; remove what is before the @"
        )
      }
      return finish(text)
    }
  }
}

extension ScalarKind where Value == Endpoint {
  /// A host and a port: `10.0.0.7:502`, `oven.plant:502`, `"[::1]:502"`; the one in `example` is
  /// the usual one.
  static func endpoint(such example: Endpoint) -> ScalarKind {
    ScalarKind(
      expected: "a host and a port",
      example: example.description,
      schema: ["type": "string", "pattern": "^.+:[0-9]+$"]
    ) { scalar throws(ScalarProblem) in
      if scalar.isPlainNumber { throw .wrongType }
      return try endpoint(scalar, usualPort: example.port)
    }
  }

  /// A host, and a port where it is not the usual one: `10.0.0.7`, `oven.plant:8802`, `"[::1]"`.
  static func address(usualPort: Int) -> ScalarKind {
    ScalarKind(
      expected: "a host, and a port where it is not \(usualPort)",
      example: "192.168.10.21",
      schema: ["type": "string", "pattern": "."]
    ) { scalar throws(ScalarProblem) in
      if scalar.isPlainNumber { throw .wrongType }
      let text = try ScalarKind<String>.text.read(scalar)
      let isBare = text.hasPrefix("[") ? text.hasSuffix("]") : !text.contains(":")
      return try endpoint(isBare ? "\(text):\(usualPort)" : text, usualPort: usualPort)
    }
  }

  private static func endpoint(
    _ scalar: YAMLScalar,
    usualPort: Int
  ) throws(ScalarProblem) -> Endpoint {
    try endpoint(try ScalarKind<String>.text.read(scalar), usualPort: usualPort)
  }

  private static func endpoint(
    _ text: String,
    usualPort: Int
  ) throws(ScalarProblem) -> Endpoint {
    guard let colon = text.lastIndex(of: ":") else {
      throw .other(
        .wrongType,
        message: "\(text) has no port; write \(text):\(usualPort), or another port"
      )
    }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw .other(.wrongType, message: "put an IPv6 address in brackets: \"[::1]:502\"")
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else {
      throw .wrongType
    }
    let digits = text[text.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits) else {
      throw .wrongType
    }
    guard (1...65_535).contains(port) else {
      throw .other(.outOfBounds, message: "port \(digits) does not exist; write one up to 65535")
    }
    return Endpoint(host: host, port: port)
  }
}

extension Endpoint {
  /// Whether only this machine can reach it.
  var isLoopback: Bool {
    if ["localhost", "::1"].contains(host.lowercased()) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts[0] == "127"
  }
}

extension ScalarKind where Value == Double {
  /// A part of something, in per cent with its sign; 5 % is read as 0.05.
  static func percent(in bounds: ClosedRange<Double>, example: Int) -> ScalarKind {
    let span = "\(Int(bounds.lowerBound))% to \(Int(bounds.upperBound))%"
    return ScalarKind(
      expected: "a part in per cent, \(span)",
      example: "\(example)%",
      schema: ["type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?%$"]
    ) { scalar throws(ScalarProblem) in
      let parts = scalar.text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
      guard scalar.text.hasSuffix("%"), parts.count <= 2,
        parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
        let value = Double(scalar.text.dropLast())
      else { throw .wrongType }
      guard bounds.contains(value) else {
        throw .other(
          .outOfBounds,
          message: "\(scalar.text) is too little or too much; write a part from \(span)"
        )
      }
      return value / 100
    }
  }
}

/// Makes paths absolute: a relative one counts from the folder of the file that holds it.
struct PathResolver {
  private let folder: URL

  init(file: String) {
    folder = URL(filePath: file).absoluteURL.deletingLastPathComponent()
  }

  func absolute(_ path: String) -> String {
    URL(filePath: path, relativeTo: folder).standardizedFileURL.path
  }
}

/// Notes names that are there twice.
struct UniqueNames {
  private var places: [String: SourceMark] = [:]
  private let log: FindingLog
  private let noun: String

  init(noun: String, log: FindingLog) {
    self.noun = noun
    self.log = log
  }

  mutating func take(_ name: Marked<String>, advice: String) {
    if let first = places[name.value] {
      log.add(
        .duplicateName,
        at: name.mark,
        "\(noun) \(name.value) is there a second time, first at line \(first.line); \(advice)"
      )
    } else {
      places[name.value] = name.mark
    }
  }
}

extension FindingLog {
  /// Adds that a name stands for nothing in the file, and what might be meant.
  func addUnknown(_ name: Marked<String>, noun: String, known: [String]) {
    add(
      .unknownName,
      at: name.mark,
      "there is no \(noun) \"\(name.value)\" in this file; "
        + Suggestion.text(for: name.value, among: known, noun: "there are")
    )
  }
}
