import Foundation
import Glibc

/// Serves an oracle at one end of a stream, on a thread of its own, until the other end is closed.
enum OracleThread {
  static func serve(_ oracle: Oracle, framing: Framing, on descriptor: Int32) {
    Thread.detachNewThread {
      var buffer: [UInt8] = []
      while let bytes = Descriptors.read(descriptor) {
        buffer += bytes
        var replies: [UInt8] = []
        while let request = framing.take(from: &buffer, isReply: false) {
          let (unit, pdu) = framing.parts(of: request)
          let reply = oracle.reply(to: pdu) ?? [(pdu.first ?? 0) | 0x80, 1]
          replies += framing.frame(reply, unit: unit, like: request)
        }
        Descriptors.write(replies, to: descriptor, isSocket: true)
      }
      close(descriptor)
    }
  }
}
