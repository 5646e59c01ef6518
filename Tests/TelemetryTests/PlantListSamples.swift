import Telemetry

/// Parts of lists with every member that entries can have.
enum PlantListSamples {
  static func parts(putAt: Instant) throws -> [PlantListPart] {
    [
      try part(
        .lots,
        putAt,
        [
          .lot(
            ListedLot(
              lot: LotID("L-1"),
              state: .hold,
              reason: Label("solder voids"),
              part: Label("4711"),
              revision: Label("C"),
              workOrder: Label("WO-88"),
              quantity: 240,
              program: Label("SAC305-A")
            )
          )
        ],
        base: 6,
        removed: ["L-0"]
      ),
      try part(
        .workOrders,
        putAt,
        [
          .workOrder(
            ListedWorkOrder(
              workOrder: Label("WO-88"),
              part: Label("4711"),
              revision: Label("C"),
              quantity: 240,
              program: Label("SAC305-A"),
              due: putAt
            )
          )
        ]
      ),
      try part(
        .operators,
        putAt,
        [
          .person(
            ListedOperator(
              name: Label("mara"),
              badge: Label("0017"),
              qualifications: [
                ListedOperator.Qualification(
                  station: StationID("reflow-1"),
                  program: Label("SAC305-A"),
                  until: putAt
                )
              ]
            )
          )
        ]
      ),
      try part(
        .programs,
        putAt,
        [
          .program(
            ListedProgram(
              program: Label("SAC305-A"),
              revision: Label("7"),
              state: .withdrawn,
              reason: Label("peak too high"),
              stations: [StationID("reflow-1")]
            )
          )
        ],
        number: 2,
        hasMore: true
      ),
      try part(
        .certificates,
        putAt,
        [
          .certificate(
            ListedCertificate(
              id: Label("5521"),
              type: Label("3.1"),
              revision: Label("2"),
              sha256: .sha256(Array("certificate".utf8)),
              issuer: Label("Stannol"),
              status: .accepted,
              reason: Label("reviewed"),
              lots: [LotID("PASTE-9")]
            )
          )
        ]
      ),
    ]
  }

  private static func part(
    _ list: PlantListName,
    _ putAt: Instant,
    _ entries: [PlantListEntry],
    base: Int? = nil,
    number: Int = 1,
    hasMore: Bool = false,
    removed: [String] = []
  ) throws -> PlantListPart {
    PlantListPart(
      head: PlantListHead(
        list: list,
        revision: 7,
        sha256: .sha256(Array("list".utf8)),
        count: 1,
        by: try Label("qa.meier"),
        at: putAt,
        reason: base == nil ? nil : try Label("audit")
      ),
      uplink: "hub",
      base: base,
      part: number,
      hasMore: hasMore,
      entries: entries,
      removed: removed
    )
  }
}
