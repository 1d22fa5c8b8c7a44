// The bearer token of the media resources: asked for once, kept until shortly before its end.

export interface Token { token: string; expires_at: string }

const MARGIN_MS = 30_000

export function keepToken(ask: () => Promise<Token>, now: () => number = Date.now) {
  let kept: Promise<Token> | undefined
  return async (fresh: boolean): Promise<string> => {
    const known = fresh ? undefined : await kept?.catch(() => undefined)
    if (known && Date.parse(known.expires_at) - now() > MARGIN_MS) return known.token
    kept = ask()
    return (await kept).token
  }
}
