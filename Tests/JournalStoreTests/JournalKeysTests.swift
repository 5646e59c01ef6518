import Foundation
import MerkleLog
import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("Keys of a journal")
struct JournalKeysTests {
  private let folder: TemporaryFolder
  private let keys: JournalKeys
  private let origin = "lotline/edge-1/ab"

  init() throws {
    folder = try TemporaryFolder()
    keys = JournalKeys(path: folder.path("journal.key"), credentials: nil)
  }

  private func mode(_ path: String) throws -> Int {
    try #require(
      FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    )
  }

  @Test("The first start makes a key that its owner alone can read, and every later one finds it")
  func first() throws {
    let signing = try JournalSigning(keys, origin: origin, recorded: nil)
    let change = try #require(signing.change)
    #expect(try mode(keys.path) == 0o600)
    let again = try JournalSigning(keys, origin: origin, recorded: change.content)
    #expect(again.signer.key == signing.signer.key)
    #expect(again.change == nil)
  }

  @Test("A key that others can read is refused with what to do", arguments: [0o640, 0o604, 0o660])
  func open(mode: Int) throws {
    _ = try JournalSigning(keys, origin: origin, recorded: nil)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: keys.path)
    let error = #expect(throws: KeyFileError.self) { try keys.read(.current) }
    #expect(error == .openToOthers(path: keys.path))
    #expect(error?.description.contains("chmod 600 \(keys.path)") == true)
  }

  @Test("A file that holds something else is refused and left as it is")
  func noKey() throws {
    _ = try folder.write("a letter", to: "journal.key")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys.path)
    #expect(throws: KeyFileError.noKey(path: keys.path)) {
      try JournalSigning(keys, origin: origin, recorded: nil)
    }
    #expect(try String(contentsOfFile: keys.path, encoding: .utf8) == "a letter")
  }

  @Test("A credential of systemd's is used where there is one")
  func credential() throws {
    let secret = SecretKey()
    _ = try folder.write(secret.pem, to: JournalKeys.credential)
    // systemd's own list of who may read shows as the group.
    let path = folder.path(JournalKeys.credential)
    try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
    let keys = JournalKeys(path: folder.path("journal.key"), credentials: folder.url.path)
    let signing = try JournalSigning(keys, origin: origin, recorded: nil)
    #expect(signing.signer.key == NoteSigner(name: origin, secret: secret)?.key)
    #expect(!FileManager.default.fileExists(atPath: folder.path("journal.key")))
  }

  @Test("A journal whose key is gone, or another, is not signed by any other")
  func lost() throws {
    let signing = try JournalSigning(keys, origin: origin, recorded: nil)
    let recorded = try #require(signing.change?.content)
    try FileManager.default.removeItem(atPath: keys.path)
    #expect(throws: KeyFileError.lost(path: keys.path, recorded: recorded.key)) {
      try JournalSigning(keys, origin: origin, recorded: recorded)
    }
    let other = try #require(NoteSigner(name: origin, secret: keys.create(.current)))
    #expect(
      throws: KeyFileError.otherKey(
        path: keys.path,
        recorded: recorded.key,
        found: "\(other.key)"
      )
    ) { try JournalSigning(keys, origin: origin, recorded: recorded) }
  }

  @Test("A rotation that was cut short after its record goes on with the new key")
  func cutShort() throws {
    var signing = try JournalSigning(keys, origin: origin, recorded: nil)
    try signing.changeRecorded()
    _ = try keys.create(.next)
    let (content, next) = try #require(try signing.rotation(origin: origin))
    // Before the record: the old key signs, and the rotation still waits.
    let before = try JournalSigning(
      keys,
      origin: origin,
      recorded: try KeyStatement.record(origin: origin, new: signing.signer)
    )
    #expect(before.signer.key == signing.signer.key)
    #expect(try before.rotation(origin: origin) != nil)
    // After it: the new one signs.
    let after = try JournalSigning(keys, origin: origin, recorded: content)
    #expect(after.signer.key == next.key)
    #expect(!keys.has(.next))
    #expect(try after.rotation(origin: origin) == nil)
  }

  @Test("A lost key is replaced without its signature, once")
  func replacement() throws {
    let first = try JournalSigning(keys, origin: origin, recorded: nil)
    let recorded = try #require(first.change?.content)
    try FileManager.default.removeItem(atPath: keys.path)
    _ = try keys.create(.replacement)
    var signing = try JournalSigning(keys, origin: origin, recorded: recorded)
    let change = try #require(signing.change)
    #expect(change.content.replaces == recorded.key)
    let note = try #require(SignedNote(encoded: change.content.note))
    #expect(!note.isSigned(by: first.signer.key) && note.isSigned(by: signing.signer.key))
    try signing.changeRecorded()
    let again = try JournalSigning(keys, origin: origin, recorded: change.content)
    #expect(again.signer.key == signing.signer.key && again.change == nil)
  }
}
