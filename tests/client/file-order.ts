// Files an order with a client whose types are generated from docs/openapi.json; nothing of the API is written by hand.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const base = process.env["TEST_BASE_URL"] ?? "http://127.0.0.1:8080";

/** A person of the sandbox, which is no part of the API. */
interface Person {
    openid: string;
    phone: string;
    role: string;
    level: string | null;
}

async function sandbox<T>(path: string, body?: unknown): Promise<T> {
    const init = body === undefined
        ? {}
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(`${base}/sandbox${path}`, init);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return (await answer.json()) as T;
}

/** The data of an answer; a problem is thrown with its code. */
function data<T>(answer: { data?: T; error?: components["schemas"]["Problem"]; response: Response }): T {
    if (answer.data === undefined) {
        throw new Error(`${answer.response.url}: ${answer.response.status} ${answer.error?.code}`);
    }
    return answer.data;
}

async function signIn(person: Person): Promise<string> {
    const anonymous = createClient<paths>({ baseUrl: base });
    const login = await sandbox<{ code: string }>("/login-codes", { openid: person.openid });
    const session = data(await anonymous.POST("/api/v1/sessions", { body: { code: login.code } }));
    if ("access_token" in session) {
        return session.access_token;
    }
    const phone = await sandbox<{ code: string }>("/phone-codes", { openid: person.openid, phone: person.phone });
    const bound = data(
        await anonymous.POST("/api/v1/sessions/bind", {
            body: { bind_ticket: session.bind_ticket, phone_code: phone.code },
        }),
    );
    assert.ok("access_token" in bound, "a bound account is signed in");
    return bound.access_token;
}

const people = await sandbox<Person[]>("/people");
const delegate = people.find((person) => person.role === "delegate");
assert.ok(delegate, "the sandbox has a delegate");
const token = await signIn(delegate);
const client = createClient<paths>({ baseUrl: base, headers: { authorization: `Bearer ${token}` } });

const report = {
    description: "路口井盖破损，车辆经过时异响，夜间影响居民休息",
    location: { longitude: 112.395, latitude: 34.655, datum: "wgs84" },
} satisfies components["schemas"]["SubmitOrder"];
const params = { header: { "Idempotency-Key": randomUUID() } };
const filed = data(await client.POST("/api/v1/orders", { params, body: report }));
const again = data(await client.POST("/api/v1/orders", { params, body: report }));
assert.equal(again.number, filed.number, "the same key files one order");

const path = { number: filed.number };
const read = data(await client.GET("/api/v1/orders/{number}", { params: { path } }));
assert.equal(read.description, report.description);
const list = data(await client.GET("/api/v1/orders", { params: { query: { scope: "mine" } } }));
assert.ok(list.items.some((order) => order.number === filed.number), "the list has it");

const unknown = await client.GET("/api/v1/orders/{number}", { params: { path: { number: "T20000101000001" } } });
assert.equal(unknown.response.status, 404);
assert.equal(unknown.error?.code, "not_found", "a problem has its type");
console.log(`${filed.number} filed by a generated client`);
