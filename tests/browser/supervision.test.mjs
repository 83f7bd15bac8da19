// What the article tells of the standing committee, played by clicking: each sentence of it is a step here.
import assert from "node:assert/strict";
import { ALL_SIZES, openStage, report, Visitor } from "./kit.mjs";

const stage = openStage();
const { journey } = stage;
const NOISE = "夜间施工噪声";

const cast = async () => (await fetch(`${stage.demo.base}/sandbox/people`)).json();
/** A moment of the city so many days from the sandbox's clock, as a browser's field has it. */
const moment = async (days) => {
  const { now } = await (await fetch(`${stage.demo.base}/sandbox/clock`)).json();
  const local = new Date(new Date(now).getTime() + days * 86_400_000 + 8 * 3_600_000);
  return local.toISOString().slice(0, 16);
};

/** Opens a form of the page, fills it in and sends it. */
const send = async (page, selector, entries) => {
  const form = page.locator(selector).first();
  if (await form.evaluate(({ open }) => open === false)) await form.locator("summary").first().click();
  for (const [name, value] of Object.entries(entries)) {
    const field = form.locator(`[name="${name}"]`);
    const type = await field.first().evaluate(({ type }) => type);
    if (type === "radio") await form.locator(`[name="${name}"][value="${value}"]`).check();
    else if (type === "checkbox") await field.check();
    else if (type === "select-one") await field.selectOption({ label: value });
    else await field.fill(value);
  }
  // What was said of the form before must not pass for the answer to this one.
  await page.evaluate(() => document.querySelectorAll("p.done").forEach((said) => said.remove()));
  await form.locator("button.main").click();
};
const isDone = (page, text) => page.locator("p.done", { hasText: text }).waitFor();

journey("a committee supervises night noise from the survey to the vote", "desk", async (visitor, page) => {
  const people = await cast();
  const handler = people.find(({ role, unit }) => role === "handler" && /区人民政府$/.test(unit));
  const county = people.find(({ role, level }) => role === "supervisor" && level === "county");
  const order = await report(stage.demo.base, "工地夜里还在施工，吵得睡不着，已经连续一周。", NOISE);
  await visitor.signIn("市级");

  // 转给相关工委督促
  await page.goto(`/console/orders?q=${order.number}`);
  await page.locator(`input[name=numbers][value=${order.number}]`).check();
  await page.locator("#batch-action").selectOption("assign_committee");
  await page.locator("#batch-committee").selectOption({ label: "代表工作委员会" });
  await visitor.picture("matter-batch", ["desk"]);
  await page.locator("#batch button").click();
  await isDone(page, "所选工单已处理");

  // 发送催办提醒并电话联系相关负责人 · 启动跟踪督办
  await page.goto(`/console/orders/${order.number}`);
  await send(page, "#urges", { note: "请在今晚复查，并把进展告诉代表。" });
  await isDone(page, "已催办");
  await send(page, "#supervision_orders", { requirement: "三个工作日内书面报告整改情况。" });
  await isDone(page, "督办单已发出");

  await page.goto("/console/campaigns");
  const title = "夜间施工噪声专项监督";
  await send(page, "#open", { title, purpose: "推动夜间施工噪声问题系统解决。", kind: NOISE, numbers: order.number });
  await isDone(page, "专项监督已开展");
  const matter = page.url().split("?")[0];
  const at = await moment(-0.1);
  const act = async (entries) => {
    await page.goto(matter);
    await send(page, "#activities", { at, ...entries });
    await isDone(page, "活动已记录");
  };
  // Participants are proposed from the roster, the next one after the first.
  await page.locator("#activities summary").click();
  const names = page.locator("#activities-participants");
  const proposed = page.locator("#activities-participants-list option");
  await names.fill("韩振");
  await proposed.first().waitFor({ state: "attached" });
  const first = await proposed.first().getAttribute("value");
  assert.equal(first, "韩振华");
  await names.fill(`${first}、章雪`);
  await page.waitForFunction(() =>
    document.querySelector("#activities-participants-list option")?.value.endsWith("章雪琴"),
  );
  const both = await proposed.first().getAttribute("value");
  assert.equal(both, "韩振华、章雪琴");
  // 组织代表开展专题调研 · 联合约谈施工企业负责人 · 电话了解停滞原因 · 暗访督查，领导带队实地察看
  await act({
    kind: "survey",
    place: "三处工地",
    participants: both,
    note: "走访工地和周边小区，听取群众意见。",
  });
  await act({
    kind: "talk",
    participants: "施工企业负责人",
    note: "联合住建、生态环境部门约谈。",
    outcome: "企业承诺二十二时后不施工。",
  });
  await act({ kind: "phone", phone: "13900001234", note: "负责人说明了停滞的原因：连续浇筑许可没有公示。" });
  await act({
    kind: "unannounced_visit",
    led_by: "常委会副主任",
    place: "施工现场",
    note: "夜间实地察看，未发现超时施工。",
  });
  assert.ok(!(await page.content()).includes("13900001234"), "only the masked number is kept");

  // 向区政府提出“疏堵结合”的建议 · 制定出台《决定》
  await page.goto(matter);
  await send(page, "#opinions", {
    kind: "suggestion",
    to_unit: handler.unit,
    title: "关于疏堵结合治理夜间施工噪声的建议",
    text: "一要疏：合理安排工期。\n二要堵：加大夜间巡查。",
    due_at: await moment(14),
  });
  await isDone(page, "已编号");
  await send(page, "#opinions", {
    kind: "decision",
    to_unit: handler.unit,
    title: "关于加强夜间施工噪声监督管理的决定",
    text: "为保障群众休息，作如下决定。",
  });
  await isDone(page, "已编号");
  await visitor.picture("matter-opinions");

  await withPerson(handler.name, async (unit) => {
    await unit.page.goto("/console/tasks");
    await send(unit.page, "li:has-text('疏堵结合') [id^='reply-']", {
      text: "已采纳建议，制定疏堵结合工作方案，夜间巡查每周不少于三次。",
    });
    await isDone(unit.page, "答复已提交");
    await unit.picture("matter-unit-tasks");
  });
  await page.goto(matter);
  const suggested = page.locator("li.card", { hasText: "关于疏堵结合治理夜间施工噪声的建议" });
  assert.ok(await suggested.getByText("夜间巡查每周不少于三次").isVisible());
  await send(page, '[id^="acceptance-"]', { accepted: "yes", note: "答复具体可行，予以通过。" });
  await isDone(page, "审阅意见已送达");

  await send(page, "#measures", {
    text: "公示连续施工许可并安装噪声监测。",
    unit: handler.unit,
    due_at: await moment(20),
  });
  await isDone(page, "已列入整改台账");

  // 县人大开展专项监督 · 各县区人大常委会响应跟进
  await send(page, "#county-tasks", { areas: county.area, text: "对辖区工地开展一次夜间检查。" });
  await isDone(page, "已交办县区");
  await withPerson(county.name, async (committee) => {
    await committee.page.goto("/console/campaigns");
    await committee.page
      .getByRole("link", { name: new RegExp(title) })
      .first()
      .click();
    await send(committee.page, "#activities", {
      kind: "survey",
      at: await moment(-0.05),
      note: "检查工地六处，责令整改两处。",
    });
    await isDone(committee.page, "活动已记录");
    await committee.picture("matter-county");
    await send(committee.page, "#close", { outcome: "检查工地六处，整改两处。" });
    await isDone(committee.page, "专项监督已结项");
  });
  await page.goto(matter);
  const linked = countyRow(page, county.area);
  await linked.getByText("检查工地六处，整改两处。").waitFor();
  assert.deepEqual(await linked.getByRole("cell").allTextContents(), [
    "结项",
    "0",
    "0",
    "1",
    "检查工地六处，整改两处。",
  ]);
  await visitor.picture("matter", ALL_SIZES);

  // 建立“夜间施工噪声重点监管名单”
  await page.goto("/console/watch-lists");
  await send(page, "#create", { title: "夜间施工噪声重点监管名单" });
  await isDone(page, "名单已建立");
  await send(page, "#add", {
    subject: "某某项目工地",
    owner_unit: handler.unit,
    reason: "多次被反映夜间施工。",
    reinspect_every_days: "7",
  });
  await isDone(page, "已列入名单");
  await visitor.picture("watch-list");

  await page.goto(matter);
  await send(page, "#vote", {
    present: "30",
    satisfied: "25",
    basically_satisfied: "3",
    dissatisfied: "2",
    participants: both,
  });
  await isDone(page, "测评结果已记录");
  await page.getByText(`参加测评：${both}`).waitFor();
  await send(page, "#close", { outcome: "夜间施工噪声反映明显减少。", open_reason: "整改仍在期限内，转入跟踪。" });
  await isDone(page, "专项监督已结项");
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("matter-closed");
});

journey(
  "a county's committee tracks an order and supervises what is around a school",
  "desk",
  async (visitor, page) => {
    const people = await cast();
    const order = await report(stage.demo.base, "学校门口流动摊贩扎堆，孩子放学只能走机动车道。", "占道经营");
    const county = people.find(
      ({ role, area, level }) => role === "supervisor" && level === "county" && area === "涧西区",
    );
    await visitor.signIn(county.name);

    // 区人大常委会启动跟踪督办
    await page.goto(`/console/orders/${order.number}`);
    await send(page, "#tracking", { committee: "社会建设委员会", note: "开学以前见成效。" });
    await isDone(page, "已列入重点跟踪");
    await page.goto("/console/supervision?view=tracked");
    await page.getByText(order.number).first().waitFor();
    await visitor.picture("county-tracks");

    // 开展校园周边环境专项整治，县人大开展专项监督
    await page.goto("/console/campaigns");
    const title = "校园周边环境专项整治";
    await send(page, "#open", { title, purpose: "让孩子平安上学。", kind: "占道经营", numbers: order.number });
    await isDone(page, "专项监督已开展");
    await send(page, "#stage", { stage: "survey", note: "先到学校门口看。" });
    await isDone(page, "阶段已记录");
    await send(page, "#activities", {
      kind: "unannounced_visit",
      at: await moment(-0.05),
      led_by: "区人大常委会主任",
      place: "学校门口",
      note: "放学时段暗访。",
    });
    await isDone(page, "活动已记录");
    assert.ok(await page.getByText("区人大常委会主任带队").isVisible());
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture("county-matter");
  },
);

journey(
  "the counties answer a decision on drinking water, and the city counts what they solved",
  "desk",
  async (visitor, page) => {
    const counties = (await cast())
      .filter(({ role, level }) => role === "supervisor" && level === "county")
      .filter(({ area }, at, all) => all.findIndex((other) => other.area === area) === at)
      .slice(0, 2);
    await visitor.signIn("市级");
    await page.goto("/console/campaigns");
    await send(page, "#open", { title: "农村饮用水安全专项监督", purpose: "让群众吃上放心水。", kind: "农村饮水" });
    await isDone(page, "专项监督已开展");
    const matter = page.url().split("?")[0];
    // 各县区人大常委会响应跟进
    await send(page, "#county-tasks", {
      areas: counties.map(({ area }) => area).join("、"),
      text: "逐村排查饮用水问题，督促解决。",
    });
    await isDone(page, "已交办县区");
    // 解决群众吃水问题19个，化解饮水舆情20余起
    const outcomes = ["解决群众吃水问题12个，化解饮水舆情12起。", "解决群众吃水问题7个，化解饮水舆情9起。"];
    for (const [at, { name }] of counties.entries()) {
      await withPerson(name, async (committee) => {
        await committee.page.goto("/console/campaigns");
        await committee.page
          .getByRole("link", { name: /农村饮用水安全/ })
          .first()
          .click();
        await send(committee.page, "#close", { outcome: outcomes[at] });
        await isDone(committee.page, "专项监督已结项");
      });
    }
    await page.goto(matter);
    for (const [at, { area }] of counties.entries()) await countyRow(page, area).getByText(outcomes[at]).waitFor();
    await send(page, "#close", { outcome: "解决群众吃水问题19个，化解饮水舆情20余起。" });
    await isDone(page, "专项监督已结项");
    await page.getByText("解决群众吃水问题19个，化解饮水舆情20余起。").first().waitFor();
    await visitor.picture("matter-water");
  },
);

journey(
  "an analysis report goes from the draft through its issue to those it is sent to",
  "desk",
  async (visitor, page) => {
    const people = await cast();
    const county = people.find(
      ({ role, area, level }) => role === "supervisor" && level === "county" && area === "伊川县",
    );
    const other = people.find(
      ({ role, area, level }) => role === "supervisor" && level === "county" && area === "栾川县",
    );
    await visitor.signIn("市级");
    await page.goto("/console/insight/reports");
    await send(page, "#ask", { kind: "custom", from: "2025-09-01", to: "2025-11-15" });
    await isDone(page, "报告正在生成");
    const line = page.locator("tbody tr", { hasText: "专项分析报告" }).first();
    await line.getByText("草稿，第1稿").waitFor();
    await visitor.picture("reports");
    await line.getByRole("link").click();
    const address = page.url().split("?")[0];
    await page.getByRole("heading", { name: "统计口径" }).waitFor();
    assert.ok(!(await page.locator("article.paper").innerText()).includes("—"), "no dash where a number is missing");
    await visitor.picture("report-draft");

    const title = "关于校园周边和占道经营问题的专项分析报告";
    const closing = page.locator("#text textarea").last();
    await send(page, "#text", {
      title,
      [await closing.getAttribute("name")]: `${await closing.inputValue()}\n请对照查找。`,
    });
    await isDone(page, "已保存为新的一稿");
    await send(page, "#issue", {});
    await isDone(page, "已签发");
    await page.getByText("已签发，").first().waitFor();
    await visitor.picture("report-issued", ALL_SIZES);
    await send(page, "#send", { areas: "伊川县", committee: "代表工作委员会" });
    await isDone(page, "已发送");
    await page.getByText("伊川县人大常委会").first().waitFor();
    assert.deepEqual(await visitor.serious(), []);
    const [paper] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "PDF" }).click()]);
    assert.match(paper.suggestedFilename(), /\.pdf$/);

    // 推送专项分析报告: the recipient opens it from the notice, with the photos of the cases.
    await withPerson(county.name, async (recipient) => {
      await recipient.page.goto("/console/inbox");
      await recipient.page.locator(".notices button", { hasText: title }).first().click();
      await recipient.page.waitForURL(new RegExp(address.split("/").pop()));
      await recipient.page.getByText("请对照查找。").first().waitFor();
      const photos = recipient.page.locator("article.paper figure img");
      assert.ok((await photos.count()) > 0, "the stories have photos");
      await photos.first().scrollIntoViewIfNeeded();
      await recipient.page.waitForFunction(() => document.querySelector("article.paper figure img").naturalWidth > 0);
      assert.equal(await recipient.page.locator(".moves form").count(), 0, "it is the city's to change");
      assert.deepEqual(await recipient.serious(), []);
      await recipient.picture("report-received");
    });
    await withPerson(other.name, async (stranger) => {
      const answer = await stranger.page.goto(address);
      assert.equal(answer.status(), 404);
    });
  },
);

/** The line of a county in the table of a city's matter. */
function countyRow(page, area) {
  const counties = page.locator("section", { has: page.getByRole("heading", { name: "县区联动" }) });
  return counties.getByRole("row", { name: new RegExp(area) });
}

/** Another person in a browser of their own. */
async function withPerson(name, walk) {
  const other = await Visitor.at(stage.browser, stage.demo.base);
  try {
    await other.signIn(name);
    await walk(other);
    assert.deepEqual(other.troubles, []);
  } finally {
    await other.close();
  }
}
