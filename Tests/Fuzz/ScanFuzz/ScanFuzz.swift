internal import FuzzDriver
internal import Glibc
internal import Scans
internal import Telemetry

/// Any bytes as what a scanner sends: they are cut into codes that stood in the stream, and each is
/// read or refused; what is read of a code with separators stands in it.
///
/// The first byte chooses the scanner's line end and the cuts; the rest is the stream.
@main
enum ScanFuzz {
  static func main() {
    exit(fuzz { read(Array(UnsafeBufferPointer(start: $0, count: $1))) })
  }
}

private let rules = CodeRules(
  codes: [
    CodePattern(.lot, "PCB-(?<lot>[0-9]{4})(/(?<work_order>[A-Z0-9-]+))?"),
    CodePattern(.badge, "BADGE:(?<operator>[a-z]+)"), CodePattern(.unit, "SN[0-9]{1,8}"),
  ]
)

private func read(_ bytes: [UInt8]) -> CInt {
  guard let first = bytes.first, let reader = try? CodeReader(rules, year: 2_026) else { return 0 }
  let end = CodeEnd.allCases[Int(first) % CodeEnd.allCases.count]
  var assembler = CodeAssembler(end: end)
  var rest = bytes.dropFirst()
  while !rest.isEmpty {
    let cut = rest.prefix(1 + Int(first >> 3))
    for item in assembler.take(cut) { check(item, reader) }
    rest = rest.dropFirst(cut.count)
  }
  for item in assembler.settle() { check(item, reader) }
  return 0
}

private func check(_ item: CodeAssembler.Item, _ reader: CodeReader) {
  let bytes: [UInt8]
  switch item {
  case .code(let code), .unended(let code), .tooLong(let code): bytes = code
  }
  do throws(CodeError) {
    let code = try reader.read(bytes)
    if code.elements.isEmpty { broken("a code was read that says nothing") }
    if code.text.utf8.contains(where: { $0 < 0x20 }) {
      broken("a control character is shown as it is")
    }
    guard code.standard == .gs1, !bytes.contains(UInt8(ascii: "(")) else { return }
    for element in code.elements where !holds(bytes, Array(element.value.utf8)) {
      broken("an element was read that never came")
    }
  } catch {
    if error.problem.isEmpty || error.mend.isEmpty { broken("a refusal says nothing") }
  }
}

private func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  guard bytes.count >= part.count else { return false }
  return (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
}
