// What notices besides orders speak of: hot topics, reports, matters under supervision, documents, measures, watch lists.
import type { components } from '../api/schema'
import { call } from './api'
import type { PageOf } from './orders'

type Schemas = components['schemas']
export type Topic = Schemas['TopicDetail']
export type Report = Schemas['ReportInFull']
export type Matter = Schemas['CampaignView']
export type Opinion = Schemas['OpinionView']
export type Measure = Schemas['MeasureView']
export type WatchList = Schemas['WatchListView']
export type Committee = Schemas['CommitteeView']

const PAGE_SIZE = 20

/** The city's committees; nothing else is taken as one. */
export async function listCommittees(): Promise<Committee[]> {
  return (await call('get', '/api/v1/committees')).items
}

export function getTopic(id: string): Promise<Topic> {
  return call('get', '/api/v1/hot-topics/{id}', { path: { id } })
}

export function getReport(id: string): Promise<Report> {
  return call('get', '/api/v1/insight-reports/{file}', { path: { file: id } })
}

export function getMatter(id: string): Promise<Matter> {
  return call('get', '/api/v1/campaigns/{id}', { path: { id } })
}

export function getOpinion(no: string): Promise<Opinion> {
  return call('get', '/api/v1/opinions/{file}', { path: { file: no } })
}

export function replyToOpinion(no: string, text: string): Promise<Opinion> {
  return call('post', '/api/v1/opinions/{no}/reply', { path: { no }, body: { text } })
}

export async function listMeasures(cursor?: string): Promise<PageOf<Measure>> {
  const page = await call('get', '/api/v1/measures', { query: { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) } })
  return { items: page.items, next: page.next_cursor ?? undefined }
}

export function reportMeasure(id: string, text: string): Promise<Measure> {
  return call('post', '/api/v1/measures/{id}/done', { path: { id }, body: { text } })
}

export function getWatchList(id: string): Promise<WatchList> {
  return call('get', '/api/v1/watch-lists/{id}', { path: { id } })
}
