(* The noise equilibrium: each theorem proves the statement of its name in statements/noise_equilibrium.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
From Equipartition.statements Require Import noether noise_equilibrium.
From Equipartition.lemmas Require balance noether entropic_loss symmetry.
From Equipartition.lemmas Require Import monomials orbits batches.
From Equipartition.theorems Require entropic_loss noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma second_moment (R : realFieldType) (Z : finType) (p X : Z -> R) : \sum_z p z = 1 ->
  \sum_z p z * X z ^+ 2 = \sum_z p z * (X z - \sum_y p y * X y) ^+ 2 + (\sum_z p z * X z) ^+ 2.
Proof.
move=> p1; have [m e] : exists m, m = \sum_z p z * X z by exists (\sum_z p z * X z).
rewrite -e (eq_bigr (fun z => p z * (X z - m) ^+ 2 + 2 * m * (p z * X z) - m ^+ 2 * p z)) => [|z _]; last by ring.
by rewrite sumrB big_split /= -!mulr_sumr p1 -e; ring.
Qed.

(* Products *)
Section Products.
Variables (R : realFieldType) (D : nat) (U : eucl R) (Z : finType) (k : 'I_D -> nat) (phi : Z -> U -> R -> R).
Notation V := (pair_eucl (mx_eucl R 1 D) U).
Variables (g : Z -> V -> V) (G : Z -> V -> R).
Hypothesis k0 : forall m, (0 < k m)%N.
Let kn m : (k m)%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n. Qed.

Lemma factor_step (b : Z -> R) (x : V) (x' : 'M[R]_(1, D)) (eta gamma : R) (i j : 'I_D) : i != j ->
  (forall z, grad (V := V) (fun y : V => phi z y.2 (monomial k y.1)) x (g z x) /\ deriv_at (phi z x.2) (monomial k x.1) (G z x)) ->
  x' = x.1 - eta *: (\sum_z b z *: (g z x).1 + (2 * gamma) *: x.1) ->
  x' 0 i = (1 - 2 * eta * gamma) * x.1 0 i - eta * ((k i)%:R * (\sum_z b z * G z x) * x.1 0 j * without k i j x.1).
Proof.
move=> ij sl ->; rewrite !mxE summxE.
have -> : \sum_z (b z *: (g z x).1) 0 i = (k i)%:R * (\sum_z b z * G z x) * x.1 0 j * without k i j x.1.
  rewrite mulr_sumr !mulr_suml; apply: eq_bigr => z _; have [gz dz] := sl z.
  by rewrite mxE (slope_of_factor k0 ij gz dz); move: (G z x) (x.1 0 j) (without _ _ _ _) => *; ring.
by move: (x.1 0 i) (_ * _ * _ * _) => *; ring.
Qed.

Lemma contraction_identity (a b c e h m p q : R) : p != 0 -> q != 0 ->
  (c * a - e * (p * h * b * m)) ^+ 2 / p - (c * b - e * (q * h * a * m)) ^+ 2 / q
   = (c ^+ 2 - e ^+ 2 * p * q * (h * m) ^+ 2) * (a ^+ 2 / p - b ^+ 2 / q).
Proof. by move=> p0 q0; field; rewrite p0 q0. Qed.
End Products.

Theorem noise_equilibrium_product_contraction : noise_equilibrium_product_contraction_statement.
Proof.
move=> R D U Z k phi g G i j k0 ij l slopes Q M.
have kn m : (k m)%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
have ji : j != i by rewrite eq_sym.
have one (b : Z -> R) (x x' : pair_eucl (mx_eucl R 1 D) U) eta gamma : slopes x ->
    x'.1 = x.1 - eta *: (\sum_z b z *: (g z x).1 + (2 * gamma) *: x.1) ->
    Q x' = ((1 - 2 * eta * gamma) ^+ 2 - eta ^+ 2 * (k i)%:R * (k j)%:R * ((\sum_z b z * G z x) * M x) ^+ 2) * Q x.
  move=> sl st; rewrite /Q (factor_step k0 ij sl st) (factor_step k0 ji sl st) (without_sym k j i) -/(M x).
  by apply: contraction_identity.
split=> [b x eta gamma sl st c Gb h|p x x' eta gamma p1 sl st EG VarG].
  have step t : Q (x t.+1) = (c t ^+ 2 - h t) * Q (x t) by apply: one.
  split=> // [T|t Q0|D2 k1 t].
  - elim: T => [|T IH]; first by rewrite big_ord0 mul1r.
    by rewrite step big_ord_recr /= IH; move: (\prod_(_ < _) _) (Q _) => *; ring.
  - have n0 : 0 < `|Q (x t)| by rewrite normr_gt0.
    by rewrite step normrM; split; rewrite ?gtr_pmull // ltr_pmull.
  have M1 : M (x t) = 1.
    rewrite /M /without big1 // => m _; rewrite k1.
    have : (m == i) || (m == j).
      by move: ij (ltn_ord m) (ltn_ord i) (ltn_ord j); rewrite -!val_eqE /= {sl st c Gb h step one}; lia.
    case/orP => /eqP ->; rewrite eqxx /=; last by rewrite subnAC subnn sub0n expr0.
    by rewrite subnn sub0n expr0.
  rewrite (factor_step k0 ij (sl t) (st t)) (factor_step k0 ji (sl t) (st t)) (without_sym k j i) -/(M (x t)) M1 !k1.
  rewrite -/(Gb t) -/(c t); move: ((x t).1 0 i) ((x t).1 0 j) (Gb t) (c t) (eta t) => *; split; ring.
have each z : Q (x' z) = ((1 - 2 * eta * gamma) ^+ 2 - eta ^+ 2 * (k i)%:R * (k j)%:R * (G z x * M x) ^+ 2) * Q x.
  rewrite (@one (fun y => (y == z)%:R) x _ eta gamma sl); last first.
    rewrite st (bigD1 z) //= eqxx scale1r big1 ?addr0 // => y /negbTE ->; exact: scale0r.
  by rewrite (bigD1 z) //= eqxx mul1r big1 ?addr0 // => y /negbTE ->; rewrite mul0r.
have V : \sum_z p z * G z x ^+ 2 = VarG + EG ^+ 2 := second_moment (G ^~ x) p1.
rewrite -V; rewrite (eq_bigr (fun z => (1 - 2 * eta * gamma) ^+ 2 * Q x * p z
    - eta ^+ 2 * (k i)%:R * (k j)%:R * M x ^+ 2 * Q x * (p z * G z x ^+ 2))) => [|z _]; last first.
  by rewrite each; move: (p z) (G z x) (M x) (Q x) => *; ring.
by rewrite sumrB -!mulr_sumr p1; move: (\sum_z _) (M x) (Q x) => *; ring.
Qed.

Lemma loss_identity (R : realFieldType) (L y e u w t s1 s2 s3 v b : R) : e != 0 ->
  L + y * (1 - e * y) * (b * u + v * w + t) + e / 4%:R * (v * s1 + b * s2 + s3)
   = L + y * (1 - e * y) * t + e / 4%:R * s3 + (e ^+ 2 * s1 + 4%:R * (e * y) * (1 - e * y) * w) / (4%:R * e) * v
     + (e ^+ 2 * s2 + 4%:R * (e * y) * (1 - e * y) * u) / (4%:R * e) * b.
Proof. by move=> e0; field. Qed.
Lemma slope_identity (R : realFieldType) (P Q e v b : R) : e != 0 ->
  v * P - b * Q = - 2 * e * (- 2 * (P / (4%:R * e) * v) + 2 * (Q / (4%:R * e) * b)).
Proof. by move=> e0; field. Qed.

Theorem noise_equilibrium_orbit_drift : noise_equilibrium_orbit_drift_statement.
Proof.
move=> R U W T Z p l g x p0 p1 keep C d; split; last first.
  move=> eta gamma eta' gamma' a a0 e0 e0' same; rewrite /d !(drift_formula keep _ _ p1 a0).
  pose s := gamma * (1 - eta * gamma) / eta; pose D e k := a ^- 2 * ((\sum_z p z * N (g z x).1.1) + 4%:R * k * N x.1.2)
    - a ^+ 2 * ((\sum_z p z * N (g z x).1.2) + 4%:R * k * N x.1.1) + 0 * e.
  suff h e y : e != 0 -> (a ^- 2 * (e ^+ 2 * (\sum_z p z * N (g z x).1.1) + (1 - (1 - 2 * e * y) ^+ 2) * N x.1.2)
      - a ^+ 2 * (e ^+ 2 * (\sum_z p z * N (g z x).1.2) + (1 - (1 - 2 * e * y) ^+ 2) * N x.1.1)) / e ^+ 2 = D 0 (y * (1 - e * y) / e).
    by rewrite !h // same.
  move=> e1; rewrite /D; move: (a ^- 2) (\sum_z _) (\sum_z _) (N x.1.2) (N x.1.1) => *; field; exact: e1.
move=> eta gamma e0 eg0 eg1 c Phi exception root.
have en := lt0r_neq0 e0; have e2 : 0 < eta ^+ 2 by rewrite exprn_gt0.
pose K := 1 - c ^+ 2; have KE : K = 4%:R * (eta * gamma) * (1 - eta * gamma) by rewrite /K /c; ring.
have K0 : 0 <= K by rewrite KE; apply: mulr_ge0; [apply: mulr_ge0 (ler0n R 4) eg0 | rewrite subr_ge0 ltW].
have Kg : K = 0 <-> gamma = 0.
  rewrite KE; split=> [/eqP|->]; last by rewrite mulr0 mulr0 mul0r.
  rewrite !mulf_eq0 pnatr_eq0 (negbTE en) /= subr_eq0 (gt_eqF eg1) orbF => /eqP; exact.
pose P := eta ^+ 2 * (\sum_z p z * N (g z x).1.1) + K * N x.1.2.
pose Q := eta ^+ 2 * (\sum_z p z * N (g z x).1.2) + K * N x.1.1.
have dE a : 0 < a -> d eta gamma a = a ^- 2 * P - a ^+ 2 * Q by move=> a0; apply: (drift_formula keep eta gamma p1 a0).
have sum0 (V : eucl R) (h : Z -> V) : 0 <= \sum_z p z * N (h z) by apply: sumr_ge0 => z _; rewrite mulr_ge0 ?N_ge0 // ltW.
have P0 : 0 <= P by rewrite addr_ge0 // mulr_ge0 ?N_ge0 // ltW.
have Q0 : 0 <= Q by rewrite addr_ge0 // mulr_ge0 ?N_ge0 // ltW.
have NP := vanish_not (fun z => (g z x).1.1) x.1.2 p0 e2 K0 Kg; have NQ := vanish_not (fun z => (g z x).1.2) x.1.1 p0 e2 K0 Kg.
have ZP := vanish (fun z => (g z x).1.1) x.1.2 p0 e2 K0 Kg; have ZQ := vanish (fun z => (g z x).1.2) x.1.1 p0 e2 K0 Kg.
rewrite -/P in NP ZP; rewrite -/Q in NQ ZQ.
have exE : exception <-> P = 0 /\ Q = 0.
  split=> [[h0 g0]|[/ZP[h1 g1] /ZQ[h2 g2]]].
    by split; [apply/ZP | apply/ZQ]; split=> [z|]; [rewrite h0 | exact: (congr1 snd g0) | rewrite h0 | exact: (congr1 fst g0)].
  split=> [z|]; first by rewrite (surjective_pairing (g z x).1) h1 h2.
  by rewrite (surjective_pairing x.1); congr (_, _).
have PQ : ~ exception -> P + Q != 0.
  by move=> ne; apply/negP; rewrite paddr_eq0 // => /andP[/eqP h1 /eqP h2]; apply: ne; apply/exE.
have rootE a : 0 < a -> d eta gamma a = 0 <-> P = Q * a ^+ 4.
  move=> a0; rewrite dE //; split=> [/eqP|e]; first by rewrite profile_zero // => /eqP.
  by apply/eqP; rewrite profile_zero // e.
have falls : ~ exception -> forall a b, 0 < a -> a < b -> d eta gamma b < d eta gamma a.
  move=> /PQ ne a b a0 ab; have b0 := lt_trans a0 ab; rewrite !dE //; exact: profile_falls.
pose r := \sum_z p z * l z x + gamma * (1 - eta * gamma) * N x.2 + eta / 4%:R * (\sum_z p z * N (g z x).2).
have PhiE a : 0 < a -> Phi a = r + P / (4%:R * eta) * a ^- 2 + Q / (4%:R * eta) * a ^+ 2.
  move=> a0; rewrite /Phi; case: (keep) => inv _.
  have -> : \sum_z p z * l z (turned a x) = \sum_z p z * l z x by apply: eq_bigr => z _; rewrite inv.
  have -> : \sum_z p z * N (g z (turned a x)) = a ^- 2 * (\sum_z p z * N (g z x).1.1) + a ^+ 2 * (\sum_z p z * N (g z x).1.2) + \sum_z p z * N (g z x).2.
    rewrite !mulr_sumr -!big_split /=; apply: eq_bigr => z _; rewrite (turned_gradient keep z a0) !pairE /= !NZ exprVn.
    by move: (a ^- 2) (N (g z x).1.1) (N (g z x).1.2) (N (g z x).2) => *; ring.
  have -> : N (turned a x) = a ^+ 2 * N x.1.1 + a ^- 2 * N x.1.2 + N x.2 by rewrite !pairE /= !NZ exprVn.
  by rewrite /r /P /Q KE; apply: loss_identity.
split; split=> //.
- by move=> a a0; apply: (mean_drift keep eta gamma p1 a0).
- move=> a a0; exists (- 2 * (P / (4%:R * eta) * a ^- 2) + 2 * (Q / (4%:R * eta) * a ^+ 2)).
    apply: deriv_log_ext a0 _ (deriv_log_profile (P / (4%:R * eta)) (Q / (4%:R * eta)) r a) => b b0.
    by rewrite PhiE.
  by rewrite dE //; apply: slope_identity.
- move=> a a0; split.
    have -> : - (2 * (1 - c ^+ 2) * N (turned a x).1 + 2 * eta ^+ 2 * \sum_z p z * N (g z (turned a x)).1) = - 2 * (P * a ^- 2) + 2 * (- Q * a ^+ 2).
      have -> : \sum_z p z * N (g z (turned a x)).1 = a ^- 2 * (\sum_z p z * N (g z x).1.1) + a ^+ 2 * (\sum_z p z * N (g z x).1.2).
        rewrite !mulr_sumr -!big_split /=; apply: eq_bigr => z _; rewrite (turned_gradient keep z a0) !pairE /= !NZ exprVn.
        by move: (a ^- 2) (N (g z x).1.1) (N (g z x).1.2) => *; ring.
      rewrite pairE /= !NZ exprVn -/K /P /Q.
      by move: (\sum_z _) (\sum_z _) (N x.1.1) (N x.1.2) (a ^- 2) => *; ring.
    by apply: deriv_log_ext a0 _ (deriv_log_profile P (- Q) 0 a) => b b0; rewrite dE // add0r (mulrC P) mulNr (mulrC Q).
  have -> : 2 * N (turned a x).1 = - 2 * (- N x.1.2 * a ^- 2) + 2 * (N x.1.1 * a ^+ 2).
    by rewrite pairE /= !NZ exprVn; move: (N x.1.1) (N x.1.2) (a ^- 2) => *; ring.
  apply: deriv_log_ext a0 _ (deriv_log_profile (- N x.1.2) (N x.1.1) 0 a) => b b0.
  by rewrite /C difference_turned; move: (N x.1.1) (N x.1.2) (b ^- 2) => *; ring.
- move=> x1 a b a0 ab; rewrite /C !difference_turned -ltr_opp2 !opprB; apply: profile_falls => //; rewrite ?N_ge0 //.
  by have := ip_gt0_ x1; rewrite pairE addrC => /lt0r_neq0.
- by move=> /exE[h1 h2] a a0; rewrite dE // h1 h2 !mulr0 subrr.
- move=> ne; split=> [[a [a0 /(rootE _ a0) e]]|[/NQ q1 /NP p2]].
    have a4 : a ^+ 4 != 0 by rewrite expf_neq0 // lt0r_neq0.
    split; [apply/NQ | apply/NP]; apply/negP => /eqP h; apply: ne; apply/exE.
      by rewrite e h mul0r.
    by split=> //; move/eqP: e; rewrite h eq_sym mulf_eq0 (negbTE a4) orbF => /eqP.
  have Pp : 0 < P by rewrite lt0r p2.
  have Qp : 0 < Q by rewrite lt0r q1.
  have [a a0 e] := profile_root Pp Qp.
  by exists a; split=> //; apply/rootE.
- move=> ne a [a0 da] b b0 ba; split.
    have [ab|ba'] := ltP a b; first by rewrite -da lt_eqF // falls.
    by rewrite -da gt_eqF // falls // lt_neqAle ba.
  have e := (rootE a a0).1 da; have Qp : 0 < Q.
    rewrite lt0r Q0 andbT; apply: contra_not_neq ne => h; apply/exE.
    by rewrite e h mul0r.
  rewrite (PhiE a a0) (PhiE b b0) -(addrA r) -[X in _ < X](addrA r) ltr_add2l; have k4 : 0 < 4%:R * eta by rewrite mulr_gt0 ?ltr0n.
  apply: profile_least => //; first by rewrite divr_gt0.
  by rewrite e mulrAC.
move=> ne nr; have [p0'|pn] := eqVneq P 0.
  right=> a a0; rewrite dE // p0' mulr0 sub0r oppr_lt0 mulr_gt0 ?exprn_gt0 //.
  rewrite lt0r Q0 andbT; apply: contra_not_neq ne => h; exact/exE.
left=> a a0; have Pp : 0 < P by rewrite lt0r pn.
have [q0'|qn] := eqVneq Q 0; first by rewrite dE // q0' mulr0 subr0 mulr_gt0 ?invr_gt0 ?exprn_gt0.
have Qp : 0 < Q by rewrite lt0r qn.
have [b b0 e] := profile_root Pp Qp.
by case: (nr b); split=> //; apply/rootE.
Qed.

Theorem noise_equilibrium_sde_gap : noise_equilibrium_sde_gap_statement.
Proof.
split=> [R V n B l g A x eta gamma B0 Bn lA sA gen m F|R U W T n l g x eta a keep a0 D gu gw Su Sw].
  apply: drift_batches => // z; have [K [Ks [fam gr sym]]] := gen.
  exact: (balance.infinitesimal fam gr sym).
pose A : pair_eucl (pair_eucl U W) T -> pair_eucl (pair_eucl U W) T := @A R U W T.
have lA : linear_map A by split; [apply: A_add | apply: A_scale].
have dA : @difference R U W T =1 charge A by move=> y; rewrite differenceE.
set y := turned a x in D *.
have mE (T' : eucl R) (f : pair_eucl (pair_eucl U W) T -> T') (h : 'I_n -> pair_eucl (pair_eucl U W) T) :
    (forall u v, f (u + v) = f u + f v) -> (forall c u, f (c *: u) = c *: f u) -> f (mean_of h) = mean_of (f \o h).
  move=> fD fZ; rewrite /mean_of fZ; congr (_ *: _); apply: (big_morph f fD).
  by have := fZ 0 0; rewrite !scale0r.
have sc (T' : eucl R) c (h : 'I_n -> T') : mean_of (fun z => c *: h z) = c *: mean_of h.
  by rewrite /mean_of -scaler_sumr !scalerA mulrC.
have mu : (mean_of (g ^~ y)).1.1 = a^-1 *: mean_of gu.
  by rewrite (mE _ (fun v => v.1.1)) // -sc; congr (_ *: _); apply: eq_bigr => z _; rewrite /= (turned_gradient keep).
have mw : (mean_of (g ^~ y)).1.2 = a *: mean_of gw.
  by rewrite (mE _ (fun v => v.1.2)) // -sc; congr (_ *: _); apply: eq_bigr => z _; rewrite /= (turned_gradient keep).
have spreadD : spread (g ^~ y) (charge A) = a ^- 2 * Su - a ^+ 2 * Sw.
  rewrite /Su /Sw /spread !mulrA !mulr_sumr -mulrBl -sumrB; congr (_ / _); apply: eq_bigr => z _.
  have sub (u v : pair_eucl (pair_eucl U W) T) : difference (u - v) = N (u.1.1 - v.1.1) - N (u.1.2 - v.1.2) by [].
  by rewrite -dA sub mu mw (turned_gradient keep z a0) /= -!scalerBr !NZ exprVn.
have DE B : (0 < B)%N -> (B <= n)%N -> D B = eta ^+ 2 * a ^- 2 * (kappa R n B * Su + N (mean_of gu))
      - eta ^+ 2 * a ^+ 2 * (kappa R n B * Sw + N (mean_of gw)).
  move=> B0 Bn; have -> : D B = drift B (g ^~ y) (charge A) y eta 0.
    by rewrite /D /drift dA; congr (_ / _ - _); apply: eq_bigr => b _; rewrite dA.
  rewrite (drift_batches lA (@A_sym R U W T) B0 Bn eta 0 (fun z => orthogonal keep z a0)) mulr0 mul0r subr0 mulr0 scale0r addr0 spreadD.
  rewrite -dA /difference mu mw !NZ exprVn.
  by move: (a ^- 2) (kappa R n B) (N (mean_of gu)) (N (mean_of gw)) => *; ring.
split=> // e0 B B' B0 BB Bn.
have zero C' : (0 < C')%N -> (C' <= n)%N -> D C' = 0 <-> kappa R n C' * Su + N (mean_of gu) = (kappa R n C' * Sw + N (mean_of gw)) * a ^+ 4.
  move=> C0 Cn; rewrite DE // (_ : _ - _ = eta ^+ 2 * (a ^- 2 * (kappa R n C' * Su + N (mean_of gu)) - a ^+ 2 * (kappa R n C' * Sw + N (mean_of gw)))).
    split=> [/eqP|e].
      by rewrite mulf_eq0 (negbTE (expf_neq0 2 e0)) /= profile_zero // => /eqP.
    by apply/eqP; rewrite mulf_eq0 (negbTE (expf_neq0 2 e0)) /= profile_zero // e.
  by move: (a ^- 2) (kappa R n C') (N (mean_of gu)) (N (mean_of gw)) => *; ring.
have k := kappa_neq R B0 BB Bn; have B0' := ltn_trans B0 BB; have Bn' := leq_trans (ltnW BB) Bn.
split=> [[/(zero B B0 Bn') e1 /(zero B' B0' Bn) e2]|[e1 e2]]; last first.
  by split; apply/zero => //; rewrite -e1 -e2; ring.
have e3 : (kappa R n B - kappa R n B') * (a ^+ 4 * Sw - Su) = 0.
  move: e1 e2; move: (kappa R n B) (kappa R n B') (N (mean_of gu)) (N (mean_of gw)) (Su) (Sw) (a ^+ 4) => k1 k2 u w su sw a4 e1 e2.
  transitivity (((k1 * sw + w) * a4 - (k1 * su + u)) - ((k2 * sw + w) * a4 - (k2 * su + u))); first by ring.
  by rewrite e1 e2 !subrr.
have e4 : a ^+ 4 * Sw = Su by apply/eqP; move/eqP: e3; rewrite mulf_eq0 subr_eq0 (negbTE k) /= subr_eq0.
split=> //; move: e1; rewrite mulrDl -mulrA (mulrC Sw) e4 => /addrI ->; exact: mulrC.
Qed.
