import Telemetry
import Testing

@testable import Hub

@Suite("Lists as they are sent")
struct ListReadingTests {
  private func findings(_ body: () throws -> PlantListContent) -> [String] {
    do {
      _ = try body()
      return []
    } catch let refused as ListRefused {
      return refused.findings.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  @Test("A table and a document say the same of every list")
  func same() throws {
    let pairs: [(PlantListName, csv: String, json: String)] = [
      (
        .lots,
        """
        lot,state,reason,part,revision,work_order,quantity,program
        PCB-1,hold,"voids, many",4711,C,WO-88,240,SAC305-A
        PCB-2,released
        """,
        """
        {"entries":[{"lot":"PCB-1","state":"hold","reason":"voids, many","part":"4711","revision":"C",
        "work_order":"WO-88","quantity":240,"program":"SAC305-A"},{"lot":"PCB-2","state":"released"}]}
        """
      ),
      (
        .workOrders, "work_order;due\nWO-88;2027-03-31",
        #"{"entries":[{"work_order":"WO-88","due":"2027-03-31T00:00:00Z"}]}"#
      ),
      (
        .operators,
        """
        name,badge,station,program,until
        mara,0017,reflow-1,SAC305-A,2027-03-31
        mara,,servo-1,,
        ines,0018,,,
        """,
        """
        {"entries":[{"name":"mara","badge":"0017","qualifications":[
        {"station":"reflow-1","program":"SAC305-A","until":"2027-03-31"},{"station":"servo-1"}]},
        {"name":"ines","badge":"0018","qualifications":[]}]}
        """
      ),
      (
        .operators, "name,badge\njon,0019", #"{"entries":[{"name":"jon","badge":"0019"}]}"#
      ),
      (
        .programs, "program,revision,state,stations\nSAC305-A,7,released,reflow-1 | reflow-2",
        """
        {"entries":[{"program":"SAC305-A","revision":"7","state":"released",
        "stations":["reflow-1","reflow-2"]}]}
        """
      ),
      (
        .certificates, "id,type,status,lots\n5521,3.1,accepted,PASTE-9|BARE 1",
        """
        {"entries":[{"id":"5521","type":"3.1","status":"accepted","lots":["PASTE-9","BARE 1"]}]}
        """
      ),
    ]
    for (list, csv, json) in pairs {
      let table = try ListReading.list(list, csv: Array(csv.utf8))
      let document = try ListReading.list(list, json: Array(json.utf8))
      #expect(table == document && !table.entries.isEmpty, "\(list)")
    }
  }

  @Test("Everything that is wrong with a document is told with line, column and member")
  func documents() {
    let text = """
      {"entries":[
        {"lot":"PCB-1","state":"holt"},
        {"lot":"","stat":"hold","state":"hold","quantity":0},
        {"state":"hold"},
        {"lot":"PCB-1","state":"hold"},
        {"lot":"PCB-1","state":"hold"}
      ]}
      """
    let told = findings { try ListReading.list(.lots, json: Array(text.utf8)) }
    #expect(told.count == 6)
    #expect(
      told[0].hasPrefix("line 2, column 26, entries[0].state: \"holt\" is not one of released")
    )
    #expect(told[0].hasSuffix("did you mean hold?"))
    #expect(told[1].hasPrefix("line 3, column 10, entries[1].lot: \"\" cannot be used"))
    #expect(told[2].hasPrefix("line 3, column 53, entries[1].quantity: a whole number"))
    #expect(told[3].hasPrefix("line 3, column 13, entries[1].stat: it is not known"))
    #expect(told[4].hasPrefix("line 4, column 3, entries[2].lot: it is missing"))
    #expect(told[5].contains("PCB-1 is there a second time, first in line 5"))
  }

  @Test("Everything that is wrong with a table is told with line and column's name")
  func tables() {
    let text = "lot,state,color\nPCB-1,hold,\nPCB-2,gone,red\n"
    let told = findings { try ListReading.list(.lots, csv: Array(text.utf8)) }
    #expect(told.count == 3)
    #expect(told[0].hasPrefix("line 2, color: it is not known"))
    #expect(told[1].hasPrefix("line 3, state: \"gone\" is not one of"))
    let cells = findings { try ListReading.list(.lots, csv: Array("lot,state\nA,hold,x".utf8)) }
    #expect(cells == ["line 2: the row has 3 cells, and the first line names 2"])
    #expect(findings { try ListReading.list(.lots, csv: []) }.count == 1)
    #expect(findings { try ListReading.list(.lots, csv: [0xFF]) }[0].contains("UTF-8"))
  }

  @Test("A badge names one person")
  func badges() {
    let text = "name,badge\nmara,0017\njon,0017"
    let told = findings { try ListReading.list(.operators, csv: Array(text.utf8)) }
    #expect(told == ["line 3: the badge 0017 is mara's already; a badge names one person"])
  }

  @Test("A patch changes members, null takes one away, and the others stay")
  func patch() throws {
    let old = PlantListEntry.lot(
      ListedLot(
        lot: try LotID("A"),
        state: .hold,
        reason: try Label("voids"),
        part: try Label("4711")
      )
    )
    let body = Array(#"{"state":"released","reason":null}"#.utf8)
    let new = try ListReading.entry(of: .lots, "A", old, changedBy: body)
    let part = try Label("4711")
    #expect(new == .lot(ListedLot(lot: try LotID("A"), state: .released, part: part)))
    let made = try ListReading.entry(of: .lots, "B", nil, changedBy: body)
    #expect(made == .lot(ListedLot(lot: try LotID("B"), state: .released)))
    #expect(throws: ListRefused.self) {
      try ListReading.entry(of: .lots, "A", old, changedBy: Array(#"{"lot":"B"}"#.utf8))
    }
    #expect(throws: ListRefused.self) {
      try ListReading.entry(of: .lots, "A", old, changedBy: Array(#"{"state":null}"#.utf8))
    }
  }

  @Test("No more findings are told than somebody reads")
  func many() {
    let text = "lot,state\n" + (0..<500).map { "L-\($0),bad\n" }.joined()
    let error = #expect(throws: ListRefused.self) {
      try ListReading.list(.lots, csv: Array(text.utf8))
    }
    #expect(error?.findings.count == ListRefused.limit && error?.count == 500)
  }
}
