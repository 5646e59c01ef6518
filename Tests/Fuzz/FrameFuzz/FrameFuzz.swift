internal import Fieldbus
internal import FuzzDriver
internal import Glibc
internal import NIOCore
internal import Telemetry

/// Any bytes as what a Modbus device sends, over TCP, on a line, or on a line behind a device server:
/// a frame that comes out stood in the stream, and an answer that is taken says what its bytes say,
/// and answers what was asked.
///
/// The first six bytes choose the request and the cuts; the rest is the stream.
@main
enum FrameFuzz {
  static func main() {
    exit(fuzz { read(Array(UnsafeBufferPointer(start: $0, count: $1))) })
  }
}

private func read(_ bytes: [UInt8]) -> CInt {
  guard bytes.count > 6, let request = request(bytes) else { return 0 }
  let stream = Array(bytes[6...])
  readStream(stream, cut: 1 + Int(bytes[5] & 0x3F), request)
  judgeLine(stream, request)
  let answer = readLineStream(stream, cut: stream.count, request)
  if readLineStream(stream, cut: 1 + Int(bytes[5] & 0x3F), request) != answer {
    broken("how the network cut a stream changed what it says")
  }
  // Chance hardly ever makes a check sum, so the stream is also read with a good one.
  _ = readLineStream(CRC16.frame(stream), cut: 1 + Int(bytes[5] & 0x3F), request)
  return 0
}

/// Cuts the stream as a network would, and judges the one frame that a device server may send.
///
/// What comes out of it depends on the cuts only where it is no answer.
private func readLineStream(
  _ stream: [UInt8],
  cut: Int,
  _ request: ModbusRequest
) -> BusReply? {
  var decoder = RTUStream()
  var rest = stream[...]
  while !rest.isEmpty {
    let part = rest.prefix(cut)
    rest = rest.dropFirst(part.count)
    decoder.take(ByteBuffer(bytes: part))
    do throws(ReplyFault) {
      guard let frame = try decoder.next(answering: request) else { continue }
      guard stream.starts(with: frame), CRC16.holds(frame[...]),
        frame.count <= RTUFrame.maximumLength
      else { broken("a frame came out that did not stand in the stream") }
      guard case .success(let reply) = RTUFrame.judge(frame, answering: request) else {
        return nil
      }
      check(reply, unit: frame[0], Array(frame.dropFirst().dropLast(2)), request)
      return reply
    } catch {
      return nil
    }
  }
  _ = decoder.remainder(answering: request)
  return nil
}

/// Cuts the stream as a network would, and judges every frame in it.
private func readStream(_ stream: [UInt8], cut: Int, _ request: ModbusRequest) {
  var decoder = MBAPDecoder()
  var consumed = 0
  var rest = stream[...]
  while !rest.isEmpty {
    let part = rest.prefix(cut)
    rest = rest.dropFirst(part.count)
    decoder.take(ByteBuffer(bytes: part))
    do throws(ReplyFault) {
      while let frame = try decoder.next() {
        let length = MBAP.headerLength + frame.pdu.count
        let whole = stream[consumed..<min(consumed + length, stream.count)]
        consumed += length
        guard whole.count == length, Array(whole.dropFirst(MBAP.headerLength)) == Array(frame.pdu),
          whole.first == UInt8(frame.transaction >> 8), whole[whole.startIndex + 6] == frame.unit
        else { broken("a frame came out that did not stand in the stream") }
        judge(unit: frame.unit, Array(frame.pdu), request)
      }
    } catch {
      return
    }
  }
}

/// Judges the bytes as one frame of a line whose check sum was good.
private func judgeLine(_ stream: [UInt8], _ request: ModbusRequest) {
  guard stream.count <= RTUFrame.maximumLength else { return }
  guard case .success(let reply) = RTUFrame.judge(stream, answering: request) else { return }
  check(reply, unit: stream[0], Array(stream.dropFirst().dropLast(2)), request)
}

private func judge(unit: UInt8, _ pdu: [UInt8], _ request: ModbusRequest) {
  let verdict = ModbusPDU.judge(unit: unit, pdu: pdu, answering: request)
  guard case .success(let reply) = verdict else { return }
  check(reply, unit: unit, pdu, request)
}

/// An answer that was taken, against its bytes.
private func check(_ reply: BusReply, unit: UInt8, _ pdu: [UInt8], _ request: ModbusRequest) {
  guard unit == request.unit.rawValue, pdu.first == request.operation.functionCode else {
    broken("an answer to something else was taken")
  }
  if case .write(let write) = request.operation {
    guard reply == .written else { broken("a write was answered with something else") }
    return check(write, confirmedBy: pdu)
  }
  guard let range = request.range else { return }
  let data = Array(pdu.dropFirst(2))
  switch reply {
  case .registers(let registers):
    let bytes = registers.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    if registers.count != range.count || bytes != data { broken("registers are not their bytes") }
  case .bits(let bits):
    if bits.count != range.count { broken("more or fewer bits than were asked for") }
    for (index, bit) in bits.enumerated() where bit != (data[index / 8] >> (index % 8) & 1 == 1) {
      broken("a bit is not its byte's")
    }
  default: broken("a read was answered with something else")
  }
}

/// What confirms a write says its address again, and its value or how many there were.
private func check(_ write: RegisterWrite, confirmedBy pdu: [UInt8]) {
  let said: UInt16 =
    switch write.content {
    case .coils(let coils) where write.functionCode == 0x05: coils == [true] ? 0xFF00 : 0
    case .registers(let registers) where write.functionCode == 0x06: registers[0]
    default: UInt16(write.content.count)
    }
  let words = [write.address, said].flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  if pdu != [write.functionCode] + words { broken("a write was taken as done that is not") }
}

private func request(_ bytes: [UInt8]) -> ModbusRequest? {
  guard let unit = UnitID(bytes[0]) else { return nil }
  let kind = Int(bytes[1] % 7)
  if kind == 4 {
    let categories = IdentificationCategory.allCases
    let category = categories[Int(bytes[2]) % categories.count]
    return ModbusRequest(unit: unit, .identification(category, object: bytes[3]))
  }
  if kind == 5 { return ModbusRequest(unit: unit, .serverID) }
  if kind == 6 { return write(bytes).map { ModbusRequest(unit: unit, .write($0)) } }
  let table = ModbusTable.allCases[kind]
  let count = 1 + (Int(bytes[2]) << 4 | Int(bytes[3] >> 4)) % table.maximumCount
  return ModbusRequest(unit: unit, table: table, address: UInt16(bytes[4]), count: count)
}

/// A write of coils or registers, by the function for one or for several.
private func write(_ bytes: [UInt8]) -> RegisterWrite? {
  guard let device = try? DeviceID("fuzzed"), let reason = try? Label("fuzzed") else { return nil }
  let permit = WritePermit(
    device: device,
    signal: "fuzzed",
    reason: reason,
    isMultiple: bytes[2] & 0x40 != 0
  )
  let count = 1 + Int(bytes[3] % 4)
  let values = (0..<count).map { UInt16(bytes[4]) << 8 | UInt16($0) }
  return RegisterWrite(
    permitted: permit,
    address: UInt16(bytes[4]),
    content: bytes[2] & 0x80 != 0 ? .coils(values.map { $0 & 0x0101 != 0 }) : .registers(values)
  )
}
