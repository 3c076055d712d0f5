//! Whether somebody is qualified now: the questions that several flows ask of the registers.

/// Whether a scope of business names a class of goods. A scope is a list, `化学药制剂、生物制品（除疫苗）`; what stands in brackets is
/// left out of it.
pub fn in_scope(scope: &str, class: &str) -> bool {
    kernel::proof::listed(scope).any(|listed| listed == class)
}

/// Whether a key of the register 单位资质 is of this unit and kind: `S01/采购人员授权/李四`.
pub fn authorised(key: &str, party: &str, kind: &str) -> bool {
    let mut parts = key.splitn(3, '/');
    parts.next() == Some(party) && parts.next() == Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_list_of_classes() {
        let scope = "化学药制剂、生物制品（除疫苗），中药饮片";
        assert!(
            in_scope(scope, "化学药制剂")
                && in_scope(scope, "生物制品")
                && in_scope(scope, "中药饮片")
        );
        let narrowed = "化学药制剂（除特殊管理药品、生物制品、中成药），中药饮片";
        assert!(in_scope(narrowed, "化学药制剂") && in_scope(narrowed, "中药饮片"));
        for left_out in ["特殊管理药品", "生物制品", "中成药"] {
            assert!(!in_scope(narrowed, left_out), "{left_out}");
        }
        assert!(!in_scope(scope, "中药") && !in_scope(scope, "中成药") && !in_scope("", "中成药"));
    }

    #[test]
    fn an_authorisation_is_of_one_unit() {
        assert!(authorised("K01/采购人员授权/李四", "K01", "采购人员授权"));
        assert!(!authorised("K02/采购人员授权/李四", "K01", "采购人员授权"));
        assert!(!authorised("K01/销售人员授权/李四", "K01", "采购人员授权"));
    }
}
