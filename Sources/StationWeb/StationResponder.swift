internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import StationAPI
internal import Telemetry

/// Answers the requests to the local API and the page.
struct StationResponder: HTTPResponder {
  /// Most bytes of a request's body.
  static let bodyLimit = 65_536

  let service: any StationService
  let broadcast: StatusBroadcast
  let logger: Logger

  func respond(to request: Request, context: BasicRequestContext) async -> Response {
    var response = await answer(request)
    response.addSafetyHeaders()
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(_ request: Request) async -> Response {
    do {
      if let objection = RequestGuard.objection(to: request.head) { throw objection }
      let path = request.head.path ?? ""
      guard let resource = Resource(path: path) else {
        throw Problem.notFound(path)
      }
      guard resource.methods.contains(request.method) else {
        return wrongMethod(request.method, path: path, resource: resource)
      }
      return try await answer(request, at: resource)
    } catch let problem as Problem {
      return .problem(problem)
    } catch {
      logger.error(
        "A request failed",
        metadata: ["path": "\(request.head.path ?? "")", "error": "\(error)"]
      )
      return .problem(.failed)
    }
  }

  private func wrongMethod(
    _ method: HTTPRequest.Method,
    path: String,
    resource: Resource
  ) -> Response {
    let names = resource.methods.map(\.rawValue)
    let allowed = names.joined(separator: " or ")
    var response = Response.problem(.wrongMethod(method, path: path, allowed: allowed))
    response.headers[.allow] = names.joined(separator: ", ")
    return response
  }

  /// - Precondition: The resource has the request's method.
  private func answer(_ request: Request, at resource: Resource) async throws -> Response {
    switch resource {
    case .file(let path):
      guard let file = PageFile.all[path] else { throw Problem.notFound(path) }
      return .file(file)
    case .health:
      return try await health()
    case .status:
      return try .json(await service.status())
    case .events:
      return try await EventStream(broadcast: broadcast).response(to: request)
    case .lot(let station) where request.method == .post:
      let (command, station) = try (await body(StartLot.self, of: request), id(station))
      return try .json(await service.startLot(command, at: station), status: .created)
    case .lot(let station):
      return try .json(await service.endLot(EndLot(), at: parsed(station)))
    case .lotEnd(let station):
      let (command, station) = try (await body(EndLot.self, of: request), id(station))
      return try .json(await service.endLot(command, at: station), status: .created)
    case .interlock(let station):
      let query = request.uri.queryParameters
      return try .json(
        await service.interlock(
          query.get("lot").map(parsed),
          at: parsed(station),
          lane: query.get("lane").map(parsed)
        )
      )
    case .units(let station):
      let (command, station) = try (await body(PassUnit.self, of: request), id(station))
      return try .json(await service.pass(command, at: station), status: .created)
    case .operators(let station):
      let (command, station) = try (await body(SignOn.self, of: request), id(station))
      return try .json(await service.signOn(command, at: station), status: .created)
    case .operatorThere(let station, let name):
      return try .json(await service.signOff(parsed(name), from: parsed(station)))
    case .materials(let station):
      let (command, station) = try (await body(LoadMaterial.self, of: request), id(station))
      return try .json(await service.load(command, at: station), status: .created)
    case .material(let station, let lot):
      return try .json(await service.unload(parsed(lot), from: parsed(station), UnloadMaterial()))
    case .unload(let station, let lot):
      let command = try await body(UnloadMaterial.self, of: request)
      let receipt = try await service.unload(parsed(lot), from: parsed(station), command)
      return try .json(receipt, status: .created)
    case .scans(let station):
      let (command, station) = try (await body(ScanCode.self, of: request), id(station))
      let receipt = try await service.scan(command, at: station)
      return try .json(receipt, status: receipt.receipt == nil ? .ok : .created)
    case .consumptions:
      let command = try await body(ConsumptionOrder.self, of: request)
      return try .json(await service.consume(command), status: .created)
    case .corrections:
      let order = try await body(CorrectionOrder.self, of: request)
      return try .json(await service.correct(order), status: .created)
    case .calibrations:
      let command = try await body(Calibration.self, of: request)
      return try .json(await service.calibrate(command), status: .created)
    case .instrument(let name):
      return try .json(await service.instrument(parsed(name)))
    case .writes(let device):
      let command = try await body(WriteSignal.self, of: request)
      return try .json(await service.write(command, to: parsed(device)), status: .created)
    case .reload:
      _ = try await body(ReloadConfiguration.self, of: request)
      let receipt = try await service.reload()
      return try .json(receipt, status: receipt.seq == nil ? .ok : .created)
    }
  }

  /// Whether the agent does its one duty: to record.
  private func health() async throws -> Response {
    guard let problem = await service.status().journal.problem else {
      return try .json(["status": "ok"])
    }
    let body = ["status": "failing", "detail": problem]
    return try .json(body, status: .serviceUnavailable)
  }

  private func body<Command: CommandBody>(
    _ type: Command.Type,
    of request: Request
  ) async throws -> Command {
    do {
      let buffer = try await request.body.collect(upTo: Self.bodyLimit)
      return try Command.decode(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw Problem.tooLarge(limit: Self.bodyLimit)
    }
  }

  private func id(_ text: String) throws -> StationID { try parsed(text) }

  private func parsed<Name: Identifier>(_ text: String) throws -> Name {
    do { return try Name(text) } catch { throw Problem.badRequest("\(error).") }
  }
}
