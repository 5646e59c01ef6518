internal import FoundationEssentials
package import MerkleLog
package import Telemetry

/// Checks a dossier without the journal: every record, proof and file, the keys and the checkpoint.
package struct DossierVerifier {
  private let folder: String
  private let trusted: Set<[UInt8]>

  /// The first thing that is wrong with a dossier.
  package struct Finding: Error, Sendable, Hashable, CustomStringConvertible {
    package let file: String

    /// The line, from 1; nil when it is the whole file.
    package let line: Int?

    /// The record that the line is, or says something of.
    package let seq: Int?
    package let detail: String

    init(_ file: String, line: Int? = nil, seq: Int? = nil, _ detail: String) {
      self.file = file
      self.line = line
      self.seq = seq
      self.detail = detail
    }

    package var description: String {
      file + (line.map { ":\($0)" } ?? "") + (seq.map { ": record \($0)" } ?? "") + ": \(detail)"
    }
  }

  package struct Result: Sendable, Hashable {
    package var opening: JournalOpening?
    package var checkpoint: Checkpoint?

    /// The key that signed the checkpoint.
    package var key: NoteKey?
    package var records = 0

    /// The checkpoint's timestamp, whose signature is not checked; nil where the dossier has none.
    package var timestamp: TimestampToken?

    /// Lots that came to stations.
    package var lots: Set<LotID> = []
    package var finding: Finding?
  }

  /// - Parameters:
  ///   - folder: The dossier.
  ///   - trusted: Public keys that the journal must be signed by; empty to trust its first.
  package init(folder: String, trusted: Set<[UInt8]> = []) {
    self.folder = folder
    self.trusted = trusted
  }

  /// Whether a path is that of a dossier, rather than of a journal.
  private static func isDossier(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// Checks everything.
  ///
  /// - Parameter progress: Told now and then how many records are done.
  /// - Returns: What was found.
  /// - Throws: ``DossierError`` when there is no such folder.
  package func verify(progress: (_ done: Int) -> Void = { _ in }) throws -> Result {
    guard Self.isDossier(folder) else {
      throw DossierError.cannotRead(path: folder, reason: "there is no such folder")
    }
    var result = Result()
    do {
      try check(&result, progress)
    } catch let finding as Finding {
      result.finding = finding
    }
    return result
  }

  private func check(_ result: inout Result, _ progress: (_ done: Int) -> Void) throws {
    var sums: [String: Digest] = [:]
    let text = try self.text(DossierName.checkpoint, &sums)
    guard let note = SignedNote(encoded: text), let checkpoint = Checkpoint(text: note.text) else {
      throw Finding(DossierName.checkpoint, "it is no signed checkpoint")
    }
    result.checkpoint = checkpoint
    var chain = SignatureChain(origin: checkpoint.origin, trusted: trusted)
    let records = try reader(DossierName.records)
    let proofs = try reader(DossierName.proofs)
    var last = 0
    while let body = try line(records, result.records + 1) {
      result.records += 1
      if result.records.isMultiple(of: 1_000) { progress(result.records) }
      guard let proof = try line(proofs, result.records) else {
        throw Finding(
          DossierName.proofs,
          "it has no line for line \(result.records) of the records"
        )
      }
      let record = try judge(body, proof, result.records, checkpoint, after: last)
      last = record.seq
      try take(record, result.records, &chain, &result, &sums)
    }
    guard try line(proofs, result.records + 1) == nil else {
      throw Finding(DossierName.proofs, line: result.records + 1, "it is of no record")
    }
    guard result.opening != nil else {
      throw Finding(DossierName.records, "the journal's opening is missing")
    }
    guard let key = chain.key else {
      throw Finding(DossierName.records, "the record of the journal's key is missing")
    }
    guard note.isSigned(by: key) else {
      throw Finding(DossierName.checkpoint, "it is not signed by the journal's key, \(key)")
    }
    result.key = key
    sums[DossierName.records] = try rest(records)
    sums[DossierName.proofs] = try rest(proofs)
    _ = try self.text(DossierName.readme, &sums)
    result.timestamp = try timestamp(of: text, &sums)
    try compare(sums)
  }

  /// Holds a record to its proof.
  private func judge(
    _ body: [UInt8],
    _ line: [UInt8],
    _ number: Int,
    _ checkpoint: Checkpoint,
    after last: Int
  ) throws -> Record {
    let words = String(decoding: line, as: UTF8.self)
      .split(separator: " ", omittingEmptySubsequences: false)
    let hashes = words.dropFirst().compactMap { Base64.bytes($0).flatMap { Digest(bytes: $0) } }
    guard let seq = words.first.flatMap({ Int($0) }), "\(seq)" == words[0], seq > 0,
      hashes.count == words.count - 1
    else { throw Finding(DossierName.proofs, line: number, "it is no number with hashes") }
    let proof = InclusionProof(index: seq - 1, size: checkpoint.size, hashes: hashes)
    guard proof.proves(.leaf(body), root: checkpoint.root) else {
      throw Finding(
        DossierName.records,
        line: number,
        seq: seq,
        "it, \(DossierName.proofs):\(number) or \(DossierName.checkpoint) was altered: they do not "
          + "yield the checkpoint's root"
      )
    }
    let record: Record
    do throws(RecordCodingError) {
      record = try RecordCoding.decode(body)
    } catch {
      throw Finding(DossierName.records, line: number, seq: seq, error.description)
    }
    guard record.seq == seq, seq > last else {
      throw Finding(
        DossierName.records,
        line: number,
        seq: record.seq,
        "it is not where its number belongs"
      )
    }
    return record
  }

  private func take(
    _ record: Record,
    _ line: Int,
    _ chain: inout SignatureChain,
    _ result: inout Result,
    _ sums: inout [String: Digest]
  ) throws {
    switch record.content {
    case .opening(let opening):
      guard record.seq == 1, opening.origin == chain.origin else {
        throw Finding(
          DossierName.checkpoint,
          "it is of \(chain.origin), and the records are of \(opening.origin)"
        )
      }
      result.opening = opening
    case .key:
      do throws(SignatureProblem) {
        try chain.take(record, after: MerkleFrontier())
      } catch {
        throw Finding(DossierName.records, line: line, seq: record.seq, error.reason)
      }
    case .binding(let binding): result.lots.insert(binding.lot)
    case .document(let document):
      let name = DossierName.file(document)
      guard Digest.sha256(document.text.utf8) == document.sha256 else {
        throw Finding(DossierName.records, line: line, seq: record.seq, "its text has another hash")
      }
      guard try text(name, &sums) == document.text else {
        throw Finding(name, seq: record.seq, "it is not the text of that record")
      }
    default: break
    }
  }

  /// The timestamp of the checkpoint's text; nil where there is no such file.
  private func timestamp(
    of text: String,
    _ sums: inout [String: Digest]
  ) throws -> TimestampToken? {
    guard FileManager.default.fileExists(atPath: folder + "/" + DossierName.timestamp) else {
      return nil
    }
    let data = try data(DossierName.timestamp, &sums)
    do throws(TimestampError) {
      let token = try TimestampToken(Array(data))
      try token.check(is: .sha256(text.utf8))
      return token
    } catch {
      throw Finding(DossierName.timestamp, error.description)
    }
  }

  // MARK: Files

  private func compare(_ sums: [String: Digest]) throws {
    var none: [String: Digest] = [:]
    let text = try self.text(DossierName.sums, &none)
    let expected = sums.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    for (index, line) in lines.enumerated() {
      guard index < expected.count, line == expected[index] else {
        let name = line.split(separator: " ").last.map(String.init) ?? ""
        throw sums[name] == nil
          ? Finding(DossierName.sums, line: index + 1, "it names no file of this dossier")
          : Finding(name, "its bytes are not those of \(DossierName.sums):\(index + 1)")
      }
    }
    guard lines.count == expected.count, text.hasSuffix("\n") else {
      throw Finding(DossierName.sums, "it does not name every file, or does not end its last line")
    }
    for name in try names() where sums[name] == nil && name != DossierName.sums {
      throw Finding(name, "it is no part of the dossier")
    }
  }

  private func names() throws -> [String] {
    do {
      return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
        .filter { $0 != DossierName.files }
    } catch {
      throw DossierError.cannotRead(path: folder, reason: "\(error)")
    }
  }

  /// Reads a small file, and keeps its hash.
  private func data(_ name: String, _ sums: inout [String: Digest]) throws -> Data {
    guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
      throw Finding(name, "it is missing, or cannot be read")
    }
    sums[name] = .sha256(data)
    return data
  }

  private func text(_ name: String, _ sums: inout [String: Digest]) throws -> String {
    guard let text = String(validating: try data(name, &sums), as: UTF8.self) else {
      throw Finding(name, "it is no text in UTF-8")
    }
    return text
  }

  private func reader(_ name: String) throws -> LineReader {
    do throws(DossierError) {
      return try LineReader(name, in: folder)
    } catch {
      throw Finding(name, error.description)
    }
  }

  private func line(_ reader: LineReader, _ number: Int) throws -> [UInt8]? {
    do throws(DossierError) {
      return try reader.next()
    } catch {
      throw Finding(reader.name, line: number, error.description)
    }
  }

  private func rest(_ reader: LineReader) throws -> Digest {
    do throws(DossierError) {
      return try reader.rest()
    } catch {
      throw Finding(reader.name, error.description)
    }
  }
}
