import Foundation
import TestSupport
import Testing

@testable import ProfileImport

/// Files that are not what they say: each gets an error with the place and the mend.
@Suite("Files that cannot be imported")
struct HostileTests {
  private func failure(_ bytes: [UInt8], _ file: String) -> String? {
    do throws(ImportError) {
      _ = try ProfileImporter().result(of: bytes, file: file)
      return nil
    } catch {
      return error.description
    }
  }

  private func failure(_ text: String, _ file: String) -> String? {
    failure(Array(text.utf8), file)
  }

  @Test("An empty file is named as such", arguments: ["a.csv", "a.yaml", "a.toml"])
  func empty(file: String) throws {
    let error = try #require(failure("", file))
    #expect(error.hasPrefix(file + ":"))
    #expect(error.contains("empty") || error.contains("there is no [[inputs.modbus]]"))
  }

  @Test("Ten megabytes are not read", arguments: ["a.csv", "a.yaml", "a.toml"])
  func large(file: String) {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10 << 20)
    #expect(
      failure(bytes, file) == "\(file): the file has 10485760 bytes; at most 1048576 are read"
    )
  }

  @Test(
    "A file in another encoding is refused at its line",
    arguments: ["a.csv", "a.yaml", "a.toml"]
  )
  func encoding(file: String) {
    let latin: [UInt8] = Array("Tag Name,Address\nR".utf8) + [0xFC] + Array("ck,40001\n".utf8)
    #expect(
      failure(latin, file) == "\(file):2: this line is not UTF-8 text; save the file as UTF-8"
    )
  }

  @Test("UTF-16 and binary files are refused", arguments: ["a.csv", "a.yaml", "a.toml"])
  func binary(file: String) throws {
    let utf16 = "Tag\nName".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let error = try #require(failure(utf16, file))
    #expect(error.hasPrefix("\(file):1: there is a NUL byte"))
    #expect(error.hasSuffix("save the file as UTF-8"))
    var generator = SeededGenerator(seed: 7)
    let noise = (0..<4_096).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(failure(noise, file)?.hasPrefix(file + ":") == true)
  }

  @Test("A quote that never closes is named where it opens")
  func openQuote() {
    let csv = "Tag Name,Address\n\"a\",40001\n\"b,40002\nc,40003\n"
    #expect(
      failure(csv, "a.csv") == "a.csv:3: a quote opens here and never closes; close it with \""
    )
    #expect(failure("profile: \"a\nb: 1\n", "a.yaml")?.contains("close the quote") == true)
    #expect(
      failure("[[inputs.modbus]]\nname = \"a\n", "a.toml")?.hasPrefix("a.toml:2: not TOML") == true
    )
  }

  @Test("Text behind a quote is named with its line")
  func textBehindQuote() {
    #expect(
      failure("Tag Name,Address\n\"a\"b,40001\n", "a.csv")
        == "a.csv:2: there is text behind a closing quote; write a quote inside of a cell twice"
    )
  }

  @Test("A file of another kind is told from the right one")
  func otherKind() throws {
    #expect(
      failure("[agent]\ninterval = \"1s\"\n", "a.conf")?.contains("[[inputs.modbus]]") == true
    )
    #expect(failure("deviceList: []\n", "a.yaml")?.contains("list of devices") == true)
    #expect(failure("a: 1\n", "a.yaml")?.contains("deviceResources") == true)
    let table = try #require(failure("Name;Reg\na;1\n", "a.csv"))
    #expect(table.contains("has no column \"Address\""))
    #expect(table.contains("it has: Name, Reg"))
    #expect(failure("a", "a.txt")?.contains("--from telegraf, edgex or csv") == true)
  }

  @Test("A file without a signal says why there is none")
  func noSignal() throws {
    let error = try #require(failure("Tag Name,Address,Data Type\na,5,Word\n", "a.csv"))
    #expect(error.hasPrefix("a.csv:2: not carried over: row a: it was left out: its address \"5\""))
    #expect(error.hasSuffix("check that this is the right file, and --from"))
  }

  @Test("Deep nesting and endless brackets end in an error")
  func deep() {
    let brackets = String(repeating: "[", count: 20_000)
    #expect(failure("a = " + brackets, "a.toml") != nil)
    #expect(failure("a: " + brackets, "a.yaml") != nil)
    #expect(failure("x = [" + String(repeating: "{a=", count: 2_000), "a.toml") != nil)
  }

  @Test("Any cut of a good file is read or refused, and never stops the program")
  func cuts() throws {
    for sample in GoldenTests.samples {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: sample.path)))
      for length in stride(from: 0, to: bytes.count, by: 61) {
        do throws(ImportError) {
          let result = try sample.importer.result(
            of: Array(bytes.prefix(length)),
            file: sample.file
          )
          #expect(result.signalCount > 0)
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test("Any damage to a good file is read or refused, and never stops the program")
  func damage() throws {
    var generator = SeededGenerator(seed: 11)
    let bits: [UInt8] = Array("\"'{}[]=:,;.#-+0918eEx\n\t ".utf8)
    for sample in GoldenTests.samples {
      let good = [UInt8](try Data(contentsOf: URL(filePath: sample.path)))
      for _ in 0..<60 {
        var bytes = good
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          bytes[place] = bits.randomElement(using: &generator) ?? 0
        }
        do throws(ImportError) {
          let result = try sample.importer.result(of: bytes, file: sample.file)
          #expect(result.signalCount > 0)
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test(
    "A number that is too large is a note, not the end",
    arguments: [
      "9223372036854775807", "-9223372036854775808", "1e-9223372036854775808", "1e999", "-0",
      "99999999999999999999999999",
    ]
  )
  func numbers(number: String) {
    let header =
      "Tag Name,Address,Data Type,Scan Rate,Scaling,Raw Low,Raw High,Scaled Low,"
      + "Scaled High,Scaled Data Type,Negate Value\n"
    for row in [
      "a,\(number),Word,,,,,,,,", "a,40001.\(number),Word,,,,,,,,", "a,40001,Word,\(number),,,,,,,",
      "a,40001,Word,,Linear,\(number),1,\(number),2,,1",
    ] {
      let text = header + row + "\nb,40001,Word,,,,,,,,\n"
      let result = try? ProfileImporter().result(of: Array(text.utf8), file: "a.csv")
      #expect(result != nil, "\(row)")
    }
    let map = "name=n,address=a,scale=s,period=p,table:holding,base:1"
    var importer = ProfileImporter()
    importer.columns = map
    let text = "n,a,s,p\nx,\(number),\(number),\(number)\ny,1,\(number),\(number)\n"
    #expect((try? importer.result(of: Array(text.utf8), file: "a.csv")) != nil)
    let toml = """
      [[inputs.modbus]]
      interval = "\(number)"
      holding_registers = [
        { name = "a", byte_order = "AB", data_type = "INT16", scale = 1.0, address = [\(number.filter { $0 != "e" })] },
        { name = "b", byte_order = "AB", data_type = "INT16", scale = 1.0, address = [1] },
      ]
      """
    do throws(ImportError) {
      #expect(try ProfileImporter().result(of: Array(toml.utf8), file: "a.toml").signalCount > 0)
    } catch {
      #expect(error.description.contains("a.toml:4: not TOML"))
    }
  }

  @Test("A column map that does not fit is refused with what would")
  func maps() {
    func error(_ map: String) -> String? {
      do throws(ImportError) {
        _ = try CSVColumns(map: map)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(
      error("name=A,adress=B") == "--columns: there is no key \"adress\"; did you mean \"address\"?"
    )
    #expect(error("name=A")?.contains("lacks address") == true)
    #expect(error("name") == "--columns: \"name\" has no =; write KEY=COLUMN, or KEY:VALUE for all")
    #expect(error("name=A,name=B,address=C")?.contains("given twice") == true)
    #expect(error("name=A,address=B\\, decimal") == nil)
  }
}
