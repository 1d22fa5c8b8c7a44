// Starts the real binary and a real SMTP server for a test, each on free ports, with a data directory of
// their own.
//
//   const server = await startServer()
//   await page.goto(server.url)
//   await server.mail((mail) => mail.to.includes('…'))
//   await server.stop()
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(__dirname, '../..')
const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target')
const binary = process.env.MIANQIA_BINARY ?? path.join(target, 'debug/mianqia')

const READY_WITHIN_MS = 30_000
const STOP_WITHIN_MS = 15_000

export interface Mail {
  from: string
  to: string[]
  subject: string
  text: string | null
  html: string | null
  calendar: string | null
  calendar_method: string | null
  raw: string
}

/** What scripts/smtp_sink.py takes in its control.json. */
export interface SmtpControl {
  later_times?: number
  unavailable?: boolean
}

export interface Options {
  /** The time at which the server's clock starts (RFC 3339); without it the machine's own. */
  at?: string
  /** Whether the demo's people, services and bookings are there. */
  demo?: boolean
  /** More settings, MIANQIA_*. */
  env?: Record<string, string>
}

export class Server {
  /** The first demo account of each role; all have the one password. */
  readonly accounts = new Map<string, { login: string; password: string }>()
  password = ''
  private process: ChildProcess | null = null

  private constructor(
    readonly url: string,
    readonly directory: string,
    private readonly env: NodeJS.ProcessEnv,
    private serve: string[],
    private readonly sink: ChildProcess,
  ) {}

  static async create(options: Options = {}): Promise<Server> {
    const directory = await mkdtemp(path.join(tmpdir(), 'mianqia-browser-'))
    await mkdir(path.join(directory, 'mails'))
    const sink = spawn(path.join(root, 'scripts/smtp-sink.sh'), [path.join(directory, 'mails')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const smtpPort = await firstLine(sink, 'the SMTP server')
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const env = {
      // Settings of the caller must not reach a server under test.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MIANQIA_'))),
      MIANQIA_LISTEN: `127.0.0.1:${port}`,
      MIANQIA_PUBLIC_URL: url,
      MIANQIA_DATA_DIR: path.join(directory, 'data'),
      MIANQIA_MEDIA_PORT: '0',
      MIANQIA_MEDIA_ADDRESSES: '127.0.0.1',
      MIANQIA_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      ...options.env,
    }
    const server = new Server(url, directory, env, ['serve'], sink)
    try {
      if (options.demo ?? true) await server.fillDemo()
      await server.start(options.at)
    } catch (problem) {
      await server.stop()
      throw problem
    }
    return server
  }

  get dataDirectory(): string {
    return path.join(this.directory, 'data')
  }

  get log(): string {
    return readFileSync(path.join(this.directory, 'server.log'), 'utf8')
  }

  /** Starts the server on what is in the data directory; also after `kill`, then at another time if one is given. */
  async start(at?: string): Promise<void> {
    if (at) this.serve = ['serve', '--at', at]
    const log = openSync(path.join(this.directory, 'server.log'), 'a')
    const running = spawn(binary, this.serve, { env: this.env, stdio: ['ignore', log, log] })
    this.process = running
    await until(READY_WITHIN_MS, `the server did not become ready, see its log in ${this.directory}`, async () => {
      if (running.exitCode !== null) throw new Error(`the server ended at its start:\n${this.log.slice(-4000)}`)
      const answer = await fetch(`${this.url}/readyz`).catch(() => null)
      return answer?.status === 200 ? true : null
    })
  }

  /** Ends the server alone: as an operator does (SIGTERM) or as a power cut does (SIGKILL). */
  async kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const running = this.process
    this.process = null
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill(signal)
    const patience = setTimeout(() => running.kill('SIGKILL'), STOP_WITHIN_MS)
    await gone
    clearTimeout(patience)
  }

  /** Ends everything and removes the data. */
  async stop(): Promise<void> {
    await this.kill('SIGTERM')
    this.sink.stdin?.end()
    if (this.sink.exitCode === null) await once(this.sink, 'exit')
    await rm(this.directory, { recursive: true, force: true })
  }

  /** Name and password of the demo's account of a role. */
  account(role: string): { login: string; password: string } {
    const found = this.accounts.get(role)
    if (!found) throw new Error(`\`mianqia demo\` names no account for ${role}`)
    return found
  }

  /** All mails so far, in the order of arrival. */
  async mails(): Promise<Mail[]> {
    const folder = path.join(this.directory, 'mails')
    const names = (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name)).sort()
    return Promise.all(names.map(async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Mail))
  }

  /** Waits for the latest mail that fits. */
  async mail(fits: (mail: Mail) => boolean, withinMs = 15_000): Promise<Mail> {
    return until(withinMs, 'no such mail arrived', async () => (await this.mails()).findLast(fits) ?? null)
  }

  /** Tells the SMTP server how to fail from now on. */
  async smtp(control: SmtpControl): Promise<void> {
    await writeFile(path.join(this.directory, 'mails/control.json'), JSON.stringify(control))
  }

  private async fillDemo(): Promise<void> {
    const filling = spawn(binary, ['demo', '--bare'], { env: this.env, stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    filling.stdout?.on('data', (part) => (printed += part))
    const [code] = (await once(filling, 'close')) as [number]
    if (code !== 0) throw new Error(`\`mianqia demo\` ended with ${code}`)
    // One line with `password …: PASSWORD)`, then the lines `LOGIN ROLE …`.
    this.password = printed.match(/password[^:\n]*: *([^\s)]+)/)?.[1] ?? ''
    for (const [, login, role] of printed.matchAll(/^ +(\S+) +(\w+)/gm)) {
      if (!this.accounts.has(role)) this.accounts.set(role, { login, password: this.password })
    }
  }
}

export const startServer = Server.create

/** Asks again and again until there is an answer. */
export async function until<T>(withinMs: number, otherwise: string, ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (Date.now() > deadline) throw new Error(otherwise)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} ended at its start`)
  })
  const [line] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer]
  // The end that comes later is no failure.
  ended.catch(() => {})
  return line.toString().trim()
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
