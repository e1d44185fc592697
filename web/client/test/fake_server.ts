import {
  Client,
  type ClientMessage,
  type ClientOptions,
  type CommandStorage,
  clientMessage,
  type Encoding,
  json,
  type ServerMessage,
  type Socket,
  serverMessage,
} from "../src/index";

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  binaryType: BinaryType = "blob";
  readonly sent: ClientMessage[] = [];
  isClosed = false;
  readonly #encoding: Encoding;

  constructor(encoding: Encoding = json) {
    this.#encoding = encoding;
  }

  send(frame: Parameters<WebSocket["send"]>[0]): void {
    const message = this.#encoding.read(clientMessage, frame);
    if (message) {
      this.sent.push(message);
    }
  }

  close(): void {
    this.isClosed = true;
  }

  opens(): void {
    this.onopen?.call({} as WebSocket, {} as Event);
  }

  says(message: ServerMessage): void {
    this.saysData(this.#encoding.write(serverMessage, message));
  }

  saysData(data: string | Uint8Array): void {
    this.onmessage?.call({} as WebSocket, { data } as MessageEvent);
  }

  closes(code: number, reason = ""): void {
    this.onclose?.call({} as WebSocket, { code, reason } as CloseEvent);
  }

  /** What was sent of a kind. */
  of<K extends ClientMessage["kind"]>(kind: K): Extract<ClientMessage, { kind: K }>["value"][] {
    return this.sent.filter((message) => message.kind === kind).map((message) => message.value) as never;
  }
}

/** Every socket that a client opened, and the storage that outlives it. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly subprotocols: string[] = [];
  readonly storage: CommandStorage & { readonly kept: Map<string, string> };

  constructor() {
    const kept = new Map<string, string>();
    this.storage = {
      kept,
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    };
  }

  get socket(): FakeSocket {
    const newest = this.sockets.at(-1);
    if (!newest) {
      throw new Error("no socket was opened");
    }
    return newest;
  }

  client(options: Partial<ClientOptions> = {}): Client {
    return new Client({
      server: "https://live.example",
      show: "spring",
      token: "t1",
      storage: this.storage,
      random: () => 0.5,
      openSocket: (_, subprotocol) => {
        this.subprotocols.push(subprotocol);
        const socket = new FakeSocket(options.encoding ?? json);
        this.sockets.push(socket);
        return socket;
      },
      ...options,
    });
  }

  /** Lets the newest socket open and welcomes the client. */
  welcomes(value: Partial<Extract<ServerMessage, { kind: "welcome" }>["value"]> = {}): FakeSocket {
    const socket = this.socket;
    socket.opens();
    socket.says({ kind: "welcome", value: { ...WELCOME, server_at: Date.now(), ...value } });
    return socket;
  }
}

const WELCOME = { role: "viewer", principal: "v1", server_at: 0, token_expires_at: null, resumed: false } as const;
