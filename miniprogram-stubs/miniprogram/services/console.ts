import type { components } from '../api/schema'
import { call } from './api'

export type LoginRequest = components['schemas']['LoginRequest']

export function lookAtLogin(code: string): Promise<LoginRequest> {
  return call('get', '/api/v1/login-requests/{code}', { path: { code } })
}

export async function approveLogin(code: string): Promise<void> {
  await call('post', '/api/v1/login-requests/{code}/approve', { path: { code } })
}
