/**
 * HTTPS for Vite's servers, `vite` and `vite preview`: a certificate for localhost and the addresses the
 * server listens on, made anew at every start, under an authority that is made once and can be trusted.
 */

export interface CertmintOptions {
  /** Names and addresses the server is reached by. Default: localhost, *.localhost, 127.0.0.1, ::1, and
   * what `server.host` says. They must lie within the authority's names: localhost, .test, .local,
   * .internal, .home.arpa and private addresses. */
  hosts?: string | string[]
  /**
   * Where the authority is kept, as rootCA.pem and rootCA-key.pem (0600); mkcert's does, too. Default:
   * that of the command line, so that `certmint trust` is for it: $CAROOT, else
   * $XDG_DATA_HOME/certmint or ~/.local/share/certmint; ~/Library/Application Support/certmint on
   * macOS; %LOCALAPPDATA%\certmint on Windows.
   */
  folder?: string
}

interface ServerOptions {
  host?: string | boolean | undefined
}

/** A plugin of Vite. */
export interface CertmintPlugin {
  name: 'certmint'
  config(config: { server?: ServerOptions; preview?: ServerOptions }): Promise<{
    server: { https: { cert: string; key: string } }
    preview: { https: { cert: string; key: string } }
  }>
}

/** For `plugins` in vite.config.js. */
export default function certmint(options?: CertmintOptions): CertmintPlugin
