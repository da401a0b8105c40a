(* Derivatives of functions and curves, gradients (Frechet), in a real inner product space.              *)
(* No square roots: "r is o(h)" is written |r|^2 <= e |h|^2 for every e > 0 and all small h.            *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Calculus.
Variable R : realFieldType.

(* what holds for all small t *)
Definition small (P : R -> Prop) := exists2 d, 0 < d & forall t, t ^+ 2 <= d -> P t.

Lemma small_and P Q : small P -> small Q -> small (fun t => P t /\ Q t).
Proof.
move=> [d d0 hP] [d' d'0 hQ]; exists (Num.min d d'); first by rewrite lt_minr d0.
by move=> t; rewrite le_minr => /andP[h h']; split; [apply: hP | apply: hQ].
Qed.
Lemma small_impl (P Q : R -> Prop) : (forall t, P t -> Q t) -> small P -> small Q.
Proof. by move=> h [d d0 hP]; exists d => // t /hP/h. Qed.
Lemma small_le d : 0 < d -> small (fun t => t ^+ 2 <= d).
Proof. by move=> d0; exists d. Qed.
Lemma smallT (P : R -> Prop) : (forall t, P t) -> small P.
Proof. by exists 1. Qed.

(* f(t) = o(t^2) and f(t) = O(t^2), for f >= 0 *)
Definition lo (f : R -> R) := forall e, 0 < e -> small (fun t => f t <= e * t ^+ 2).
Definition bo (f : R -> R) := exists2 C, 0 < C & small (fun t => f t <= C * t ^+ 2).

Lemma lo_le (f g : R -> R) : small (fun t => f t <= g t) -> lo g -> lo f.
Proof.
move=> fg og e /og ge; apply: small_impl (small_and fg ge) => t [].
exact: le_trans.
Qed.
Lemma bo_le (f g : R -> R) : small (fun t => f t <= g t) -> bo g -> bo f.
Proof.
move=> fg [C C0 ge]; exists C => //; apply: small_impl (small_and fg ge) => t [].
exact: le_trans.
Qed.
Lemma lo_bo f : lo f -> bo f. Proof. by move=> h; exists 1 => //; apply: h. Qed.
Lemma bo_sq a : bo (fun t => t ^+ 2 * a).
Proof.
exists (`|a| + 1); first by rewrite ltr_paddl.
apply: smallT => t; rewrite mulrC ler_wpmul2r ?sqr_ge0 //.
by rewrite ler_paddr // ler_norm.
Qed.
Lemma loD f g : lo f -> lo g -> lo (fun t => f t + g t).
Proof.
move=> of_ og e e0; have e2 : 0 < e / 2 by rewrite divr_gt0 ?ltr0n.
apply: small_impl (small_and (of_ _ e2) (og _ e2)) => t [hf hg].
by apply: le_trans (ler_add hf hg) _; rewrite -mulrDl -splitr.
Qed.
Lemma boD f g : bo f -> bo g -> bo (fun t => f t + g t).
Proof.
move=> [C C0 hf] [D D0 hg]; exists (C + D); first by rewrite addr_gt0.
by apply: small_impl (small_and hf hg) => t [h1 h2]; rewrite mulrDl ler_add.
Qed.
Lemma loM c f : 0 <= c -> lo f -> lo (fun t => c * f t).
Proof.
move=> c0 of_ e e0; have c1 : 0 < c + 1 by rewrite ltr_paddl.
apply: small_impl (of_ (e / (c + 1)) (divr_gt0 e0 c1)) => t h.
apply: le_trans (ler_wpmul2l c0 h) _; rewrite mulrA ler_wpmul2r ?sqr_ge0 //.
by rewrite mulrCA ger_pmulr // ler_pdivr_mulr // mul1r ler_addl ler01.
Qed.
Lemma boM c f : 0 <= c -> bo f -> bo (fun t => c * f t).
Proof.
move=> c0 [C C0 hf]; exists ((c + 1) * C); first by rewrite mulr_gt0 // ltr_paddl.
apply: small_impl hf => t h; apply: le_trans (ler_wpmul2l c0 h) _.
by rewrite mulrA ler_wpmul2r ?sqr_ge0 // ler_wpmul2r ?(ltW C0) // ler_addl ler01.
Qed.
Lemma bo_lo_sq f : (forall t, 0 <= f t) -> bo f -> lo (fun t => f t ^+ 2).
Proof.
move=> f0 [C C0 hf] e e0; have d0 : 0 < e / C ^+ 2 by rewrite divr_gt0 ?exprn_gt0.
apply: small_impl (small_and hf (small_le d0)) => t [h ht].
apply: le_trans (_ : (C * t ^+ 2) ^+ 2 <= _).
  by rewrite ler_sqr ?nnegrE // mulr_ge0 ?sqr_ge0 // ltW.
rewrite exprMn [t ^+ 2 ^+ 2]expr2 mulrA ler_wpmul2r ?sqr_ge0 //.
by move: ht; rewrite ler_pdivl_mulr ?exprn_gt0 // mulrC.
Qed.
End Calculus.

Section Derivatives.
Variable R : realFieldType.

(* a is the derivative at 0 of f; v is the velocity at 0 of the curve c; *)
(* G is the gradient of f at x (Frechet derivative, by the inner product) *)
Definition deriv (f : R -> R) a := lo (fun t => (f t - f 0 - t * a) ^+ 2).
Definition vel (V : eucl R) (c : R -> V) (v : V) := lo (fun t => N (c t - c 0 - t *: v)).
Definition near (V : eucl R) (x : V) (P : V -> Prop) :=
  exists2 d, 0 < d & forall h, N h <= d -> P (x + h).
Definition grad (V : eucl R) (f : V -> R) (x G : V) :=
  forall e, 0 < e -> exists2 d, 0 < d &
    forall h, N h <= d -> (f (x + h) - f x - <<G, h>>) ^+ 2 <= e * N h.

Lemma sqrD_le (a b : R) : (a + b) ^+ 2 <= 2 * a ^+ 2 + 2 * b ^+ 2.
Proof. by rewrite -subr_ge0 (_ : _ - _ = (a - b) ^+ 2) ?sqr_ge0 //; ring. Qed.

Lemma deriv_uniq f a b : deriv f a -> deriv f b -> a = b.
Proof.
move=> da db; apply/eqP; rewrite -subr_eq0 -sqrf_eq0; apply/eqP/le_anti.
rewrite sqr_ge0 andbT leNgt; apply/negP => ab0.
have e0 : 0 < (a - b) ^+ 2 / 8%:R by rewrite divr_gt0 ?ltr0n.
have [d d0 h] := small_and (da _ e0) (db _ e0).
pose t := Num.min 1 d; have t0 : 0 < t by rewrite lt_minr ltr01.
have t2 : t ^+ 2 <= d.
  apply: le_trans (_ : t <= d); last by rewrite le_minl lexx orbT.
  by rewrite expr2 ger_pmulr // le_minl lexx.
have [ha hb] := h t t2; have := sqrD_le (f t - f 0 - t * b) (- (f t - f 0 - t * a)).
rewrite sqrrN (_ : _ + - _ = t * (a - b)); last by ring.
have hab := ler_add (ler_wpmul2l (ler0n R 2) hb) (ler_wpmul2l (ler0n R 2) ha).
move=> /le_trans/(_ hab); rewrite [X in _ <= X](_ : _ = t ^+ 2 * (a - b) ^+ 2 / 2); last by field.
rewrite exprMn leNgt ltr_pdivr_mulr ?ltr0n // ltr_pmulr ?ltr1n //.
by rewrite mulr_gt0 // exprn_gt0.
Qed.

Lemma deriv_ext f g a : small (fun t => f t = g t) -> deriv f a -> deriv g a.
Proof.
move=> [d d0 fg] df; apply: lo_le df; exists d => // t /fg <-.
by rewrite -fg // expr0n ltW.
Qed.
Lemma deriv_cst c : deriv (fun=> c) 0.
Proof. by move=> e e0; apply: smallT => t; rewrite subrr mulr0 subr0 expr0n mulr_ge0 ?sqr_ge0 // ltW. Qed.
Lemma derivD f g a b : deriv f a -> deriv g b -> deriv (fun t => f t + g t) (a + b).
Proof.
move=> df dg; have := loD (loM (ler0n R 2) df) (loM (ler0n R 2) dg).
apply: lo_le; apply: smallT => t; apply: le_trans (sqrD_le _ _).
by rewrite (_ : _ - _ - _ = f t - f 0 - t * a + (g t - g 0 - t * b)) //; ring.
Qed.
Lemma derivZ k f a : deriv f a -> deriv (fun t => k * f t) (k * a).
Proof.
move=> df; have := loM (sqr_ge0 k) df.
by apply: lo_le; apply: smallT => t; rewrite -exprMn (_ : k * _ - _ - _ = k * (f t - f 0 - t * a)) //; ring.
Qed.
Lemma deriv_sum (I : Type) (r : seq I) (f : I -> R -> R) (a : I -> R) :
  (forall i, deriv (f i) (a i)) -> deriv (fun t => \sum_(i <- r) f i t) (\sum_(i <- r) a i).
Proof.
move=> h; elim: r => [|i r IH].
  by rewrite big_nil; apply: deriv_ext (deriv_cst 0); apply: smallT => t; rewrite big_nil.
rewrite big_cons; apply: deriv_ext (derivD (h i) IH); apply: smallT => t.
by rewrite big_cons.
Qed.

Variable V : eucl R.
Implicit Types (x v h : V) (c : R -> V).

Lemma vel_bo c v : vel c v -> bo (fun t => N (c t - c 0)).
Proof.
move=> cv; have := boD (boM (ler0n R 2) (lo_bo cv)) (boM (ler0n R 2) (bo_sq (N v))).
apply: bo_le; apply: smallT => t; rewrite -NZ.
by apply: le_trans (ND_le _ _); rewrite subrK.
Qed.

(* the chain rule along a curve *)
Lemma chain f c v G : grad f (c 0) G -> vel c v -> deriv (fun t => f (c t)) <<G, v>>.
Proof.
move=> fG cv; have [C C0 [d d0 hC]] := vel_bo cv.
suff o1 : lo (fun t => (f (c t) - f (c 0) - <<G, c t - c 0>>) ^+ 2).
  have := loD (loM (ler0n R 2) o1) (loM (mulr_ge0 (ler0n R 2) (N_ge0 G)) cv).
  apply: lo_le; apply: smallT => t; set h := c t - c 0; set r := h - t *: v.
  have -> : f (c t) - f (c 0) - t * <<G, v>> = f (c t) - f (c 0) - <<G, h>> + <<G, r>>.
    by rewrite [<<G, r>>]ipBr ipZr; ring.
  by apply: le_trans (sqrD_le _ _) _; rewrite ler_add2l -mulrA ler_pmul2l ?ltr0n // CS.
move=> e e0; have eC : 0 < e / C by rewrite divr_gt0 ?ltr0n.
have [d' d'0 hf] := fG _ eC; have dC : 0 < d' / C by rewrite divr_gt0 ?ltr0n.
have := small_and (ex_intro2 _ _ d d0 hC) (small_le dC).
apply: small_impl => t [ht htd].
have hd : N (c t - c 0) <= d'.
  by apply: le_trans ht _; move: htd; rewrite ler_pdivl_mulr // mulrC.
have := hf _ hd; rewrite [c 0 + _]addrC subrK => /le_trans; apply.
by apply: le_trans (ler_wpmul2l (ltW eC) ht) _; rewrite mulrA divfK // lt0r_neq0.
Qed.

(* a line *)
Lemma vel_line x v : vel (fun t => x + t *: v) v.
Proof.
move=> e e0; apply: smallT => t; rewrite scale0r addr0 [x + _]addrC addrK subrr ip0l.
by rewrite mulr_ge0 ?sqr_ge0 // ltW.
Qed.

Lemma grad_uniq f x G G' : grad f x G -> grad f x G' -> G = G'.
Proof.
move=> h h'; apply: ip_inj => v; pose c t := x + t *: v.
have c0 : c 0 = x by rewrite /c scale0r addr0.
rewrite -c0 in h h'.
exact: deriv_uniq (chain h (vel_line x v)) (chain h' (vel_line x v)).
Qed.

Lemma grad_ext f g x G : near x (fun y => f y = g y) -> grad f x G -> grad g x G.
Proof.
move=> [d d0 fg] fG e /fG[d' d'0 h]; exists (Num.min d d'); first by rewrite lt_minr d0.
move=> k; rewrite le_minr => /andP[kd kd']; rewrite -fg // -[x in g x]addr0 -fg ?addr0 ?h //.
by rewrite ip0l ltW.
Qed.

(* the square of the norm *)
Lemma grad_N x : grad (fun y : V => N y) x (2 *: x).
Proof.
move=> e e0; exists e => // h he; rewrite ND ipZl (_ : _ - _ - _ = N h); last by ring.
by rewrite expr2 ler_wpmul2r ?N_ge0.
Qed.
Lemma deriv_N c v : vel c v -> deriv (fun t => N (c t)) (2 * <<c 0, v>>).
Proof. by move=> cv; rewrite -ipZl; apply: (chain (grad_N (c 0)) cv). Qed.
Lemma velD c c' v v' : vel c v -> vel c' v' -> vel (fun t => c t + c' t) (v + v').
Proof.
move=> h h'; have := loD (loM (ler0n R 2) h) (loM (ler0n R 2) h').
apply: lo_le; apply: smallT => t; have := ND_le (c t - c 0 - t *: v) (c' t - c' 0 - t *: v').
by rewrite (addrACA (c t - _)) -opprD (addrACA (c t)) -opprD -scalerDr.
Qed.

Lemma near_line x v (P : V -> Prop) : near x P -> small (fun t => P (x + t *: v)).
Proof.
move=> [d d0 hP]; have v1 : 0 < N v + 1 by rewrite ltr_paddl ?N_ge0 ?ltr01.
apply: small_impl (small_le (divr_gt0 d0 v1)) => t ht; apply: hP; rewrite NZ.
move: ht; rewrite ler_pdivl_mulr // => /(le_trans _); apply.
by rewrite ler_wpmul2l ?sqr_ge0 // ler_addl ler01.
Qed.
Lemma near_vel c v (P : V -> Prop) : vel c v -> near (c 0) P -> small (fun t => P (c t)).
Proof.
move=> /vel_bo[C C0 hC] [d d0 hP].
apply: small_impl (small_and hC (small_le (divr_gt0 d0 C0))) => t [ht].
rewrite ler_pdivl_mulr // mulrC => /(le_trans ht)/hP.
by rewrite [c 0 + _]addrC subrK.
Qed.
Lemma near_here x (P : V -> Prop) : near x P -> P x.
Proof. by move=> [d d0 /(_ 0)]; rewrite addr0 ip0l; apply; rewrite ltW. Qed.
Lemma near_impl x (P Q : V -> Prop) : (forall y, P y -> Q y) -> near x P -> near x Q.
Proof. by move=> h [d d0 hP]; exists d => // k /hP/h. Qed.
Lemma near_and x (P Q : V -> Prop) : near x P -> near x Q -> near x (fun y => P y /\ Q y).
Proof.
move=> [d d0 hP] [d' d'0 hQ]; exists (Num.min d d'); first by rewrite lt_minr d0.
by move=> t; rewrite le_minr => /andP[h h']; split; [apply: hP | apply: hQ].
Qed.
Lemma vel_ext c c' v : small (fun t => c t = c' t) -> vel c v -> vel c' v.
Proof.
move=> [d d0 cc] cv; apply: lo_le cv; exists d => // t /cc <-.
by rewrite -cc // expr0n ltW.
Qed.
Lemma vel_lin (B : V -> V) c v : vel c v -> (forall x y, B (x - y) = B x - B y) ->
  (forall a x, B (a *: x) = a *: B x) -> (exists2 C, 0 <= C & forall x, N (B x) <= C * N x) ->
  vel (fun t => B (c t)) (B v).
Proof.
move=> cv hB hZ [C C0 hC]; apply: lo_le (loM C0 cv); apply: smallT => t.
by rewrite -hZ -!hB.
Qed.

(* the gradient of a quadratic form *)
Lemma grad_quad (B : V -> V) x : (forall x y, B (x + y) = B x + B y) ->
  (forall x y, <<B x, y>> = <<x, B y>>) -> (exists2 C, 0 <= C & forall x, N (B x) <= C * N x) ->
  grad (fun y => <<y, B y>>) x (2 *: B x).
Proof.
move=> BD Bsym [C C0 hC] e e0; have C1 : 0 < C + 1 by rewrite ltr_paddl ?ltr01.
exists (e / (C + 1)); first by rewrite divr_gt0.
move=> h; rewrite ler_pdivl_mulr // => he.
rewrite BD ipDl !ipDr ipZl (_ : _ - _ - _ = <<h, B h>>); last first.
  by rewrite (ipC h (B x)) Bsym; ring.
apply: le_trans (CS _ _) _; rewrite [X in _ <= X]mulrC ler_wpmul2l ?N_ge0 //.
apply: le_trans (hC h) _; apply: le_trans he.
by rewrite mulrC ler_wpmul2l ?N_ge0 // ler_addl ler01.
Qed.
End Derivatives.

Section Scalar.
Variable R : realFieldType.
Implicit Types (f g : R -> R) (a b : R).

Lemma bo_mul f g : (forall t, 0 <= f t) -> (forall t, 0 <= g t) -> bo f -> bo g ->
  lo (fun t => f t * g t).
Proof.
move=> f0 g0 bf bg; apply: lo_le (bo_lo_sq _ (boD bf bg)); last by move=> t; rewrite addr_ge0.
apply: smallT => t; rewrite sqrrD -subr_ge0 (_ : _ - _ = f t ^+ 2 + f t * g t + g t ^+ 2); last by ring.
by rewrite !addr_ge0 ?sqr_ge0 ?mulr_ge0.
Qed.
Lemma deriv_bo f a : deriv f a -> bo (fun t => (f t - f 0) ^+ 2).
Proof.
move=> df; have := boD (boM (ler0n R 2) (lo_bo df)) (boM (ler0n R 2) (bo_sq (a ^+ 2))).
apply: bo_le; apply: smallT => t; rewrite -exprMn.
by apply: le_trans (sqrD_le _ _); rewrite subrK.
Qed.
Lemma derivM f g a b : deriv f a -> deriv g b -> deriv (fun t => f t * g t) (a * g 0 + f 0 * b).
Proof.
move=> df dg; have h1 := loM (sqr_ge0 (g 0)) df; have h2 := loM (sqr_ge0 (f 0)) dg.
have h3 := bo_mul (fun t => sqr_ge0 _) (fun t => sqr_ge0 _) (deriv_bo df) (deriv_bo dg).
have := loD (loM (ler0n R 2) (loD (loM (ler0n R 2) h1) (loM (ler0n R 2) h2))) (loM (ler0n R 2) h3).
apply: lo_le; apply: smallT => t; rewrite -!exprMn.
have -> : f t * g t - f 0 * g 0 - t * (a * g 0 + f 0 * b) = g 0 * (f t - f 0 - t * a)
    + f 0 * (g t - g 0 - t * b) + (f t - f 0) * (g t - g 0) by ring.
apply: le_trans (sqrD_le _ _) _; rewrite ler_add2r ler_pmul2l ?ltr0n //.
exact: sqrD_le.
Qed.
Lemma deriv_exp f a n : f 0 = 1 -> deriv f a -> deriv (fun t => f t ^+ n) (n%:R * a).
Proof.
move=> f0 df; elim: n => [|n IH]; first by rewrite mul0r; apply: deriv_cst.
rewrite (_ : n.+1%:R * a = a * (f 0) ^+ n + f 0 * (n%:R * a)).
  by apply: deriv_ext (derivM df IH); apply: smallT => t; rewrite exprS.
by rewrite f0 expr1n -addn1 natrD; ring.
Qed.
Lemma deriv_id : deriv (fun t : R => 1 + t) 1.
Proof.
move=> e e0; apply: smallT => t; rewrite (_ : _ - _ - _ = 0); last by ring.
by rewrite expr0n mulr_ge0 ?sqr_ge0 ?(ltW e0).
Qed.
Lemma small_1t : small (fun t : R => 1 / 2 <= 1 + t).
Proof.
exists (1 / 2 ^+ 2) => [|t]; first by rewrite divr_gt0 ?ltr01 ?exprn_gt0 ?ltr0n.
rewrite div1r -exprVn -(real_normK (num_real t)) ler_sqr ?nnegrE ?normr_ge0 ?invr_ge0 ?ler0n //.
rewrite ler_norml => /andP[h _]; rewrite div1r -ler_subl_addl (_ : _ - 1 = - 2^-1) //.
by field.
Qed.
Lemma deriv_inv : deriv (fun t : R => (1 + t)^-1) (-1).
Proof.
have h := loM (ler0n R 4) (bo_lo_sq (fun t => mulr_ge0 (sqr_ge0 t) ler01) (bo_sq (1 : R))).
apply: lo_le h; apply: small_impl small_1t => t ht.
have t0 : 0 < 1 + t by apply: lt_le_trans ht; rewrite divr_gt0 ?ltr01 ?ltr0n.
have -> : (1 + t)^-1 - (1 + 0)^-1 - t * -1 = t ^+ 2 / (1 + t) by field; rewrite lt0r_neq0.
rewrite mulr1 expr_div_n mulrC ler_wpmul2r ?sqr_ge0 // -exprVn.
rewrite (_ : 4%:R = 2 ^+ 2 :> R); last by ring.
rewrite ler_sqr ?nnegrE ?invr_ge0 ?ler0n ?(ltW t0) // -[X in _ <= X]invrK.
by rewrite lef_pinv ?posrE ?invr_gt0 ?ltr0n // -div1r.
Qed.
Lemma deriv_expz (e : int) : deriv (fun t : R => (1 + t) ^ e) e%:~R.
Proof.
case: e => n; first by rewrite -[_%:~R]mulr1; apply: (deriv_exp n (addr0 1) deriv_id).
rewrite NegzE mulrNz -mulrN1; have i0 : (1 + 0 : R)^-1 = 1 by rewrite addr0 invr1.
apply: deriv_ext (deriv_exp n.+1 i0 deriv_inv); apply: smallT => t.
by rewrite -exprnN exprVn.
Qed.
End Scalar.
