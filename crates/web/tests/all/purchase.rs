//! A purchase from order to shelf by six persons, through the JSON API alone.

use crate::common::{Company, done, from, order, over, receipt};
use serde_json::{Value, json};

#[tokio::test]
async fn six_persons_take_a_purchase_to_the_shelf() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let li = company.log_in("li").await;
    let zhao = company.log_in("zhao").await;
    let qian = company.log_in("qian").await;
    let sun = company.log_in("sun").await;
    let zhou = company.log_in("zhou").await;

    let blank = wang
        .get("/api/v1/forms/gsp.purchase_inbound.order.fill")
        .await
        .json();
    assert_eq!(blank["header_fields"][0]["name"], "supplier");
    assert_eq!(blank["header_fields"][0]["register"], "gsp.party");

    let reply = wang.step("order.fill", order()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["number"], "CG20260401-0001");
    let (order_id, seen) = done(&reply);

    let inbox = li.get("/api/v1/inbox").await.json();
    assert_eq!(
        inbox["rows"][0]["waiting"]["step"],
        "gsp.purchase_inbound.order.approve"
    );
    assert_eq!(inbox["rows"][0]["slip"]["id"], order_id);
    let slip = li.get(&format!("/api/v1/slips/{order_id}")).await.json();
    assert_eq!(slip["header"]["supplier"], "S01");
    assert_eq!(slip["lines"][0]["fields"]["amount"], "1250.00");
    assert_eq!(slip["content"], seen);
    let may: Vec<&str> = slip["may"]
        .as_array()
        .unwrap()
        .iter()
        .map(|may| may["act"].as_str().unwrap())
        .collect();
    assert!(may.contains(&"step") && may.contains(&"return"), "{may:?}");
    let own = wang.get(&format!("/api/v1/slips/{order_id}")).await.json();
    let may: Vec<&str> = own["may"]
        .as_array()
        .unwrap()
        .iter()
        .map(|may| may["act"].as_str().unwrap())
        .collect();
    assert!(
        !may.contains(&"step") && may.contains(&"withdraw"),
        "{may:?}"
    );

    let (_, seen) = li.must("order.approve", over(order_id, &seen)).await;
    let form = zhao
        .get(&format!(
            "/api/v1/forms/gsp.purchase_inbound.receipt.fill?sources={order_id}"
        ))
        .await
        .json();
    assert_eq!(form["lines"][0]["fields"]["item"], "A001");
    assert_eq!(form["lines"][0]["remaining"]["qty"], "100");
    assert_eq!(form["seen"][0]["content"], seen);
    let (receipt_id, seen) = zhao
        .must("receipt.fill", from(order_id, &seen, receipt()))
        .await;
    let (notice_id, seen) = qian
        .must("notice.fill", from(receipt_id, &seen, json!({})))
        .await;
    let judged = |passed: &str, failed: &str| json!({"fields": {"sampled": "1", "passed": passed, "failed": failed}});
    let lines = json!({"lines": [judged("90", "10"), judged("20", "0"), judged("3", "0")]});
    let (inspection_id, seen) = sun
        .must("inspection.fill", from(notice_id, &seen, lines))
        .await;
    let bin = json!({"fields": {"bin": "A-01"}});
    let lines = json!({"lines": [bin, bin, bin]});
    let (stock_in_id, _) = zhou
        .must("stock_in.fill", from(inspection_id, &seen, lines))
        .await;

    let slip = zhou
        .get(&format!("/api/v1/slips/{stock_in_id}"))
        .await
        .json();
    assert_eq!(
        (&slip["state"], &slip["number"]),
        (&json!("done"), &json!("RK20260401-0001"))
    );
    let by_number = zhou
        .get("/api/v1/slips/by-number/RK20260401-0001")
        .await
        .json();
    assert_eq!(by_number["id"], stock_in_id);
    let chain = wang
        .get(&format!("/api/v1/slips/{order_id}/chain"))
        .await
        .json();
    assert_eq!(chain["rows"].as_array().unwrap().len(), 5);

    let balances = wang
        .get("/api/v1/ledgers/gsp.stock/balances?place=good")
        .await
        .json();
    let good = |key: &str| -> Value {
        let rows = balances["rows"].as_array().unwrap();
        rows.iter().find(|row| row["key"] == key).unwrap()["sums"]["posted"]["net"].clone()
    };
    assert_eq!(
        (good("A001/B1"), good("A001/B2"), good("A001/B3")),
        (json!("90"), json!("20"), json!("3"))
    );
    let statement = wang
        .get("/api/v1/ledgers/gsp.stock/statement?place=pending&key=A001/B1")
        .await
        .json();
    let running: Vec<&str> = statement["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["running"].as_str().unwrap())
        .collect();
    assert_eq!(running, ["100", "90", "0"]);
    let trial = wang
        .get("/api/v1/ledgers/gsp.gl/trial?from=202604&to=202604")
        .await
        .json();
    assert_eq!(trial["rows"].as_array().unwrap().len(), 2);

    let history = wang
        .get(&format!("/api/v1/slips/{order_id}/history"))
        .await
        .json();
    assert_eq!(history["rows"][0]["actor"], "wang");
    let entries = wang
        .get(&format!("/api/v1/slips/{receipt_id}/entries"))
        .await
        .json();
    assert_eq!(entries["rows"].as_array().unwrap().len(), 6);
    let legs = &entries["rows"][0]["legs"];
    assert_eq!(
        (&legs[0]["amount"], &legs[0]["unit"]),
        (&json!("100"), &json!("qty"))
    );
    let drawn = wang.get(&format!("/api/v1/slips/{order_id}")).await.json();
    assert_eq!(drawn["lines"][0]["drawn"]["qty"], "100");
    let form = wang
        .get(&format!("/api/v1/slips/{stock_in_id}/pdf?lang=en"))
        .await;
    assert_eq!(form.status, 200, "{}", form.text());
    assert!(form.bytes.starts_with(b"%PDF-"));
    let listed = wang.get("/api/v1/slips?state=open").await.json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 0);
    let listed = wang.get("/api/v1/slips?limit=2").await.json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 2);
    let next = listed["next"].as_str().unwrap();
    let rest = wang
        .get(&format!("/api/v1/slips?limit=10&after={next}"))
        .await
        .json();
    assert_eq!(rest["rows"].as_array().unwrap().len(), 3);

    let report = company.app.store().verify(&|_, _, _| {}).unwrap();
    assert!(report.sound(), "{:?}", report.bad);
}

#[tokio::test]
async fn a_repeated_request_does_nothing_twice() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let mut body = order();
    body["key"] = json!("once");
    let first = wang.step("order.fill", body.clone()).await.json();
    let rows = company.rows();
    let again = wang.step("order.fill", body.clone()).await.json();
    assert_eq!(
        (&again["slip"], &again["number"]),
        (&first["slip"], &first["number"])
    );
    assert_eq!(again["repeated"], true);
    assert_eq!(again["seq"], first["seq"]);
    assert_eq!(company.rows(), rows, "nothing was written");
    body["input"]["header"]["supplier"] = json!("S02");
    let other = wang.step("order.fill", body).await;
    assert_eq!((other.status.as_u16(), &*other.code()), (409, "key_reused"));
}

#[tokio::test]
async fn acts_beside_the_steps() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let li = company.log_in("li").await;
    let (id, seen) = wang.must("order.fill", order()).await;
    let at = |act: &str| format!("/api/v1/slips/{id}/{act}");
    let ok = |reply: crate::common::Reply| assert_eq!(reply.status, 200, "{}", reply.text());

    ok(wang.post(&at("comment"), json!({"text": "请尽快"})).await);
    ok(wang.post(&at("remind"), json!({"text": "催一下"})).await);
    ok(wang.post(&at("copy"), json!({"to": ["qian"]})).await);
    ok(li.post(&at("add-signer"), json!({"step": "gsp.purchase_inbound.order.approve", "signer": "sun", "reason": "看价格"})).await);
    let refused = li.step("order.approve", over(id, &seen)).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let sun = company.log_in("sun").await;
    ok(sun.post(&at("cosign"), json!({"step": "gsp.purchase_inbound.order.approve", "opinion": "可以", "content": seen})).await);
    ok(li
        .post(
            &at("return"),
            json!({"reason": "价格不对", "content": seen}),
        )
        .await);
    let mut again = over(id, &seen);
    again["input"] = order()["input"].clone();
    again["input"]["lines"][0]["fields"]["price"] = json!("12.00");
    let (_, seen) = wang.must("order.fill", again).await;
    let stale = li
        .post(&at("return"), json!({"reason": "再看", "content": "0123"}))
        .await;
    assert_eq!((stale.status.as_u16(), &*stale.code()), (409, "stale"));
    li.must("order.approve", over(id, &seen)).await;
    ok(wang
        .post(&at("ask-reversal"), json!({"reason": "供货单位停产"}))
        .await);
    let own = wang.post(&at("reverse"), json!({"content": seen})).await;
    assert_eq!(own.status, 403, "{}", own.text());
    ok(li.post(&at("reverse"), json!({"content": seen})).await);
    let slip = li.get(&format!("/api/v1/slips/{id}")).await.json();
    assert_eq!(slip["state"], "reversed");
    let notes = li.get(&at("notes")).await.json();
    assert_eq!(notes["rows"][0]["text"], "请尽快");
}

#[tokio::test]
async fn a_deputy_acts_for_another() {
    let company = Company::new().await;
    let li = company.log_in("li").await;
    let wang = company.log_in("wang").await;
    let sun = company.log_in("sun").await;
    let (id, seen) = wang.must("order.fill", order()).await;
    let mut approval = over(id, &seen);
    approval["on_behalf_of"] = json!("li");
    let refused = sun.step("order.approve", approval.clone()).await;
    assert_eq!((refused.status.as_u16(), &*refused.code()), (403, "deputy"));
    let reply = li
        .post(
            "/api/v1/deputies",
            json!({"to": "sun", "from": "2026-04-01", "until": "2026-04-05"}),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (_, _) = sun.must("order.approve", approval).await;
    let slip = sun.get(&format!("/api/v1/slips/{id}")).await.json();
    assert_eq!(slip["signed"][1]["person"], "sun");
    assert_eq!(slip["signed"][1]["on_behalf_of"], "li");
}

#[tokio::test]
async fn administrators_manage_and_sign_nothing() {
    let company = Company::new().await;
    let admin = company.log_in("admin").await;
    let refused = admin.step("order.fill", order()).await;
    assert_eq!((refused.status.as_u16(), &*refused.code()), (403, "role"));
    let person = json!({"name": "郑新人", "identity": "id-zheng", "active": true, "grants": [{"role": "gsp.buyer"}]});
    let reply = admin.post("/api/v1/people/zheng", person.clone()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let own = admin
        .post(
            "/api/v1/people/admin",
            json!({"name": "x", "identity": "id-admin", "active": true}),
        )
        .await;
    assert_eq!((own.status.as_u16(), &*own.code()), (403, "own_grant"));
    let wang = company.log_in("wang").await;
    let refused = wang.post("/api/v1/people/zheng", person).await;
    assert_eq!(
        (refused.status.as_u16(), &*refused.code()),
        (403, "administrator")
    );
    let reply = admin
        .post(
            "/api/v1/records/gsp.item/C003",
            json!({"fields": {"name": "新药", "storage": "阴凉"}}),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let found = wang.get("/api/v1/lookup/gsp.item?q=C0").await.json();
    assert_eq!(found[0]["key"], "C003");
    assert_eq!(found[0]["name"], "新药");
    assert_eq!(wang.get("/api/v1/journal").await.status, 403);
    let journal = admin.get("/api/v1/journal?limit=1").await.json();
    assert_eq!(journal["rows"][0]["act"], "put_record");
    let people = wang.get("/api/v1/people").await.text();
    assert!(
        !people.contains("id-zheng"),
        "identity numbers are for administrators"
    );
    assert_eq!(wang.get("/api/v1/records/credential").await.status, 404);
    assert_eq!(wang.get("/api/v1/records/person").await.status, 404);
}
