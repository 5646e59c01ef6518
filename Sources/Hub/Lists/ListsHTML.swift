internal import Genealogy
internal import Telemetry

/// The plant's lists: which revision of each is in force, and who put it.
struct ListsHTML {
  let heads: [PlantListHead]

  var body: String {
    if heads.isEmpty {
      return """
        <p>Nobody has put a list here yet. <code>lotline-hub list put lots FILE --by NAME</code>
        puts one.</p>

        """
    }
    var html = """
      <div class="scroll"><table>
      <tr><th>List</th><th class="n">Entries</th><th class="n">Revision</th><th>Put by</th>
      <th>At (UTC)</th><th>Why</th></tr>

      """
    for head in heads {
      let name = head.list.rawValue
      html += """
        <tr><td><a href="/lists/\(name)">\(HTML.escaped(head.list.title))</a></td>
        <td class="n">\(Words.count(head.count))</td>
        <td class="n">\(head.revision)</td><td>\(HTML.escaped(head.by.text))</td>
        <td>\(Words.time(head.at))</td><td>\(HTML.escaped(head.reason?.text ?? ""))</td></tr>

        """
    }
    return html + "</table></div>\n"
  }
}

/// One list: its entries, a page at a time, and the changes before.
struct ListHTML {
  let page: PlantListPage
  let revisions: [PlantListChange]

  private var list: PlantListName { page.head.list }

  var body: String {
    let head = page.head
    var html = """
      <p>Revision \(head.revision), put by \(HTML.escaped(head.by.text)) at \(Words.time(head.at))
      UTC\(head.reason.map { ": " + HTML.escaped($0.text) } ?? ""). \
      \(Words.count(head.count)) \(head.count == 1 ? "entry" : "entries").</p>
      <div class="scroll"><table>
      <tr>\(list.columns.map { "<th>\(HTML.escaped($0))</th>" }.joined())</tr>

      """
    for entry in page.entries {
      let link =
        "<a href=\"/lists/\(list.rawValue)/\(PercentEncoding.encode(entry.key))\">"
        + "\(HTML.escaped(entry.key))</a>"
      let cells = entry.cells.map { cell in
        "<td\(cell.isBad ? " class=\"bad\"" : "")>\(HTML.escaped(cell.text))</td>"
      }
      html += "<tr><td>\(link)</td>\(cells.joined())</tr>\n"
    }
    html += "</table></div>\n"
    if let next = page.next {
      html +=
        "<p><a href=\"/lists/\(list.rawValue)?after=\(PercentEncoding.encode(next))\">"
        + "More entries</a></p>\n"
    }
    return html + changes
  }

  private var changes: String {
    var html = """
      <h2>Last changes</h2>
      <div class="scroll"><table>
      <tr><th class="n">Revision</th><th>By</th><th>At (UTC)</th><th>Why</th>
      <th class="n">Changed</th><th class="n">Removed</th></tr>

      """
    for change in revisions {
      html += """
        <tr><td class="n">\(change.head.revision)</td><td>\(HTML.escaped(change.head.by.text))</td>
        <td>\(Words.time(change.head.at))</td>
        <td>\(HTML.escaped(change.head.reason?.text ?? ""))</td>
        <td class="n">\(Words.count(change.changed))</td>
        <td class="n">\(Words.count(change.removed))</td></tr>

        """
    }
    return html + "</table></div>\n"
  }
}

/// What became of one entry.
struct EntryHTML {
  let history: PlantListHistory

  var body: String {
    let link =
      history.list == .lots ? "<p>Trace of lot \(HTML.lotLink(history.key))</p>\n" : ""
    var html =
      link + """
        <div class="scroll"><table>
        <tr><th class="n">Revision</th><th>By</th><th>At (UTC)</th><th>Why</th>
        \(history.list.columns.dropFirst().map { "<th>\(HTML.escaped($0))</th>" }.joined())</tr>

        """
    for moment in history.moments {
      let cells =
        moment.entry.map { entry in
          entry.cells.map { cell in
            "<td\(cell.isBad ? " class=\"bad\"" : "")>\(HTML.escaped(cell.text))</td>"
          }.joined()
        } ?? "<td colspan=\"\(history.list.columns.count - 1)\">taken off the list</td>"
      html += """
        <tr><td class="n">\(moment.revision)</td><td>\(HTML.escaped(moment.by.text))</td>
        <td>\(Words.time(moment.at))</td><td>\(HTML.escaped(moment.reason?.text ?? ""))</td>
        \(cells)</tr>

        """
    }
    return html + "</table></div>\n"
  }
}
