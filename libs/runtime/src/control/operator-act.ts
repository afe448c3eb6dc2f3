import type { ModelDefinition } from '@tutti/model';

/** What the bearer of a token may do. */
export type TokenScope = 'participant' | 'operator' | 'auditor';

/** Who acted and why; on every record of `control` that an operator caused. */
export interface Authorship {
  by: string;
  because: string;
}

/** What operators may do to the interaction layer; each becomes one record of `control`, in force at the next barrier. */
export type OperatorAct = Authorship &
  (
    | { act: 'publish-model'; definition: ModelDefinition; breaking: boolean }
    | { act: 'add-participant'; participant: string; roles: string[] }
    | { act: 'set-roles'; participant: string; roles: string[] }
    | { act: 'suspend-participant'; participant: string; suspended: boolean }
    /** Raw Ed25519 public key, base64url; the key id is `PARTICIPANT#n`. */
    | { act: 'add-key'; participant: string; publicKey: string }
    | { act: 'retire-key'; participant: string; kid: string }
    /** SHA-256 of the token, hexadecimal; in force at once. */
    | { act: 'issue-token'; participant: string; scopes: TokenScope[]; tokenHash: string }
    | { act: 'revoke-token'; tokenHash: string }
  );
