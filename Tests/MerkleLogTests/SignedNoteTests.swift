import MerkleLog
import Telemetry
import TestSupport
import Testing

@Suite("Signed notes")
struct SignedNoteTests {
  private let signer: NoteSigner

  init() throws {
    signer = try #require(NoteSigner(name: "lotline/edge-1/ab", secret: SecretKey()))
  }

  @Test("What a key signs is signed by it after it was written and read")
  func roundTrip() throws {
    let checkpoint = Checkpoint(origin: "lotline/edge-1/ab", size: 3, root: .sha256([1]))
    let note = try checkpoint.signed(by: signer)
    let read = try #require(SignedNote(encoded: note.encoded))
    #expect(read == note)
    #expect(read.isSigned(by: signer.key))
    #expect(Checkpoint(text: read.text) == checkpoint)
  }

  @Test("A key is read from the text that it is written as, and from no other")
  func keys() throws {
    let text = "\(signer.key)"
    #expect(NoteKey(text) == signer.key)
    #expect(NoteKey(text.replacing("edge-1", with: "edge-2")) == nil)
    #expect(NoteKey(String(text.dropLast())) == nil)
    #expect(NoteKey("") == nil)
  }

  @Test("A text that is no note, or not written as notes are, is none")
  func malformed() throws {
    let note = try Checkpoint(origin: "o", size: 1, root: .sha256([])).signed(by: signer).encoded
    #expect(SignedNote(encoded: String(note.dropLast())) == nil)
    #expect(SignedNote(encoded: note + "\n") == nil)
    #expect(SignedNote(encoded: note.replacing("\n\n", with: "\n")) == nil)
    #expect(SignedNote(encoded: note.replacing("— ", with: "- ")) == nil)
    #expect(SignedNote(encoded: note.replacing("\n", with: "\r\n")) == nil)
  }

  @Test("A checkpoint's size is written in one way only")
  func sizes() {
    let root = Checkpoint(origin: "o", size: 7, root: .sha256([])).text.split(separator: "\n")[2]
    #expect(Checkpoint(text: "o\n7\n\(root)\n") != nil)
    for size in ["07", "+7", "-7", "7.0", ""] {
      #expect(Checkpoint(text: "o\n\(size)\n\(root)\n") == nil)
    }
    #expect(Checkpoint(text: "o\n7\n\(root)") == nil)
    #expect(Checkpoint(text: "o\n7\n\(root.dropLast(4))\n") == nil)
  }

  @Test("A private key is the one that openssl reads, and the other way round")
  func openSSL() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(SecretKey().pem, to: "key.pem")
    #expect(try Tool.run("openssl", "pkey", "-in", path, "-noout").status == 0)
    let (status, pem) = try Tool.run("openssl", "genpkey", "-algorithm", "ed25519")
    #expect(status == 0)
    #expect(SecretKey(pem: pem)?.pem == pem)
    #expect(SecretKey(pem: "") == nil)
    #expect(SecretKey(pem: pem.replacing("MC4", with: "MC5")) == nil)
  }
}
