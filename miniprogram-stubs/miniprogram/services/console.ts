import type { components } from '../api/schema'
import { call } from './api'

export type LoginRequest = components['schemas']['LoginRequest']

export function lookAtLogin(code: string): Promise<LoginRequest> {
  return call('get', '/api/v1/login-requests/{code}', { path: { code } })
}

export async function approveLogin(code: string, number: number): Promise<void> {
  await call('post', '/api/v1/login-requests/{code}/approve', { path: { code }, body: { number } })
}

export type ConsoleSession = components['schemas']['SessionItem']

/** The caller's console sessions that are still alive. */
export async function consoleSessions(): Promise<ConsoleSession[]> {
  const { items } = await call('get', '/api/v1/sessions')
  return items.filter((session) => session.kind === 'console')
}

export async function endSession(id: string): Promise<void> {
  await call('delete', '/api/v1/sessions/{id}', { path: { id } })
}
