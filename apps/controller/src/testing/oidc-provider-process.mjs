/**
 * A real provider of single sign-on, in a process of its own (oidc-provider.ts starts it). Whoever
 * comes is signed in as the person that the parent named last, and consents to everything.
 *
 * node oidc-provider-process.mjs PORT REDIRECT_URI
 */
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

/** @type {Map<string, object>} claims by `sub` */
const people = new Map();
let present = '';
process.on('message', (claims) => {
  people.set(claims.sub, claims);
  present = claims.sub;
  process.send({ type: 'present', sub: present });
});
process.on('disconnect', () => process.exit(0));

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'corral',
      client_secret: 'known to both',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_context, sub) =>
    people.has(sub) ? { accountId: sub, claims: () => people.get(sub) } : undefined,
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: ['signs the cookies of a spec'] },
});
const answer = provider.callback();

async function consent(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: present, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const grantId = await grant.save();
  const result = { login: { accountId: present }, consent: { grantId } };
  await provider.interactionFinished(request, response, result);
}

createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return consent(request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
}).listen(Number(port), '127.0.0.1', () => process.send({ type: 'ready' }));
